"""Slips in losses on outlines, skeletons, gaps between objects and erosions."""

B = "losses/boundary/"
R = "losses/region/"

MUTANTS = {
    "boundary DoU: α counts the contour once": ("boundary_dou", B, "1 - 2 * (length", "1 - (length"),
    "boundary DoU: the intersection not taken out": (
        "boundary_dou", B, "whole = wrong + (1 - alpha) * px.sum", "whole = wrong + px.sum"),
    "boundary DoU: the floor forgotten": ("boundary_dou", B, "        floor,\n", "        0.0,\n"),
    "boundary DoU: the share forgets the smoothing": (
        "boundary_dou", B, "px.e.square() + smooth * px.y * px.q", "px.e.square()"),
    "skeleton recall: the bare skeleton": (
        "skeleton_recall", B, "city_block_to(skeleton(mask)) <= radius", "skeleton(mask)"),
    "skeleton recall: the tube leaves the target": (
        "skeleton_recall", B, "return mask & (city", "return (city"),
    "skeleton recall: all of the target": (
        "skeleton_recall", B, "city_block_to(skeleton(mask)) <= radius", "mask"),
    "U-Net border: the nearest object alone": ("unet_border_bce", B, "first + second)", "first + first)"),
    "U-Net border: the difference of distances": (
        "unet_border_bce", B, "first + second)", "second - first)"),
    "U-Net border: σ instead of 2σ²": (
        "unet_border_bce", B, "(width / sigma).square() / 2", "(width / sigma).square()"),
    "U-Net border: the share forgets w₀": ("unet_border_bce", B, "(1 + w0 * border)", "(1 + border)"),
    "Hausdorff erosions: the first costs nothing": ("hausdorff_er", B, "enumerate(of, 1)", "enumerate(of)"),
    "Hausdorff erosions: α multiplies": ("hausdorff_er", B, "k**alpha * x", "k * alpha * x"),
    "Hausdorff erosions: no stretching": ("hausdorff_er", B, "torch.where(2 * left > low + high, near, far)", "left"),
    "Hausdorff erosions: |p − y| eroded": ("hausdorff_er", B, "px.e.square()", "px.e"),
    "Tanimoto: no complement": (
        "tanimoto_complement", R, "wrong + px.sum(px.background * px.q) + smooth", "objects"),
    "Tanimoto: the overlap twice": ("tanimoto_complement", R, "px.sum(px.y * px.p)", "2 * px.sum(px.y * px.p)"),
    "Tanimoto: the sum of both": (
        "tanimoto_complement", R, "(ratio(wrong, objects) + ratio(wrong, backgrounds)) / 2",
        "(ratio(wrong, objects) + ratio(wrong, backgrounds))"),
}  # fmt: skip
