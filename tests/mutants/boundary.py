"""Slips in the boundary losses."""

# what is called: (the loss, what stands there, the slip)
MUTANTS = {
    "distance map: the weight computed and then dropped": (
        "distance_map_bce", "px.mean(px.ce) + scale * px.mean(phi * px.ce)",
        "px.mean(px.ce)"),
    "distance map: far instead of near": ("distance_map_bce", "return (1 - far) *", "return far *"),
    "Hausdorff: one-sided": ("hausdorff_dt", "power(d_y, alpha) + power(d_pred, alpha)", "power(d_y, alpha)"),
    "Hausdorff: the metric's distance, not its power": (
        "hausdorff_dt", "power(d_y, alpha) + power(d_pred, alpha)",
        "alpha * (d_y + d_pred)"),
    "shape-aware: every pixel pays, not the wrong ones": (
        "shape_aware", "px.hard != px.mask",
        "px.hard == px.hard"),
    "SSL: μ + C₄ instead of σ + C₄": ("ssl_correlation", "(deviation + c)", "(mean + c)"),
    "SSL: averaged over all pixels": ("ssl_correlation", "chosen = px.sum(f)", "chosen = px.N"),
    "SSL: the sum of selected pixels forgets the weights": (
        "ssl_correlation", "chosen = px.sum(f)",
        "chosen = f.sum((-2, -1), keepdim=True)"),
    "shape-aware: a missing contour costs a constant": (
        "shape_aware", "diagonal = math.hypot(*predicted.shape[-2:])",
        "diagonal = 7.0"),
    "distance map: a mask without boundary pays twice": (
        "distance_map_bce", "return (1 - far) * (d > 0)",
        "return 1 - far"),
    "boundary: d instead of d − 1 inside": ("boundary", "1 - d, d)", "-d, d)"),
    "boundary: the inside not rewarded": ("boundary", "1 - d, d)", "0 * d, d)"),
    "boundary: the floor forgotten": ("boundary", "        floor,\n", "        0.0,\n"),
    "active contour: the far edge falls to 0": (
        "active_contour", "p, q = px.visible(px.p), px.q",
        "p, q = pad(px.visible(px.p), (0, 1, 0, 1))[..., :-1, 1:], px.q"),
    "active contour: μ on the misses": (
        "active_contour", "mu * px.mean(false) + px.mean(missed)",
        "px.mean(false) + mu * px.mean(missed)"),
    "active contour: one direction only": ("active_contour", " + pad(down, (0, 0, 0, 1))", ""),
    "SSIM: brightness forgotten": ("ssim", "return brightness + ", "return 0 * brightness + "),
    "SSIM: the constants exchanged": ("ssim", "1.5, 1e-4, 9e-4", "1.5, 9e-4, 1e-4"),
    "F3Net: the weighted mean over all pixels": (
        "structure_f3net", "everything = px.N + gain * px.sum(unlike)",
        "everything = px.N"),
    "F3Net: the window without its gain": ("structure_f3net", "w = 1 + gain * unlike", "w = 1 + unlike"),
    "F3Net: intersection for union": (
        "structure_f3net", "union = total(px.y + px.background * px.p)",
        "union = total(px.y * px.p)"),
    "clDice: precision and recall exchanged": (
        "cldice", "px.sum(s_p * px.background) / (k_p",
        "px.sum(s_y * px.q) / (k_p"),
    "clDice: the number of erosions ignored": (
        "cldice", "return soft_skeleton(rank, p, q, iters)",
        "return soft_skeleton(rank, p, q, 10)"),
    "clDice: an arithmetic mean": ("cldice", "(a * missed + b * false) / (a + b)", "(missed + false) / 2"),
    "boundary DoU: α counts the contour once": ("boundary_dou", "1 - 2 * (length", "1 - (length"),
    "boundary DoU: the intersection not taken out": (
        "boundary_dou", "whole = wrong + (1 - alpha) * px.sum",
        "whole = wrong + px.sum"),
    "boundary DoU: the floor forgotten": ("boundary_dou", "        floor,\n", "        0.0,\n"),
    "boundary DoU: the share forgets the smoothing": (
        "boundary_dou", "px.e.square() + smooth * px.y * px.q",
        "px.e.square()"),
    "skeleton recall: the bare skeleton": (
        "skeleton_recall", "city_block_to(skeleton(mask)) <= radius",
        "skeleton(mask)"),
    "skeleton recall: the tube leaves the target": ("skeleton_recall", "return mask & (city", "return (city"),
    "skeleton recall: all of the target": (
        "skeleton_recall", "city_block_to(skeleton(mask)) <= radius",
        "mask"),
    "U-Net border: the nearest object alone": ("unet_border_bce", "first + second)", "first + first)"),
    "U-Net border: the difference of distances": ("unet_border_bce", "first + second)", "second - first)"),
    "U-Net border: σ instead of 2σ²": (
        "unet_border_bce", "(width / sigma).square() / 2",
        "(width / sigma).square()"),
    "U-Net border: the share forgets w₀": ("unet_border_bce", "(1 + w0 * border)", "(1 + border)"),
    "Hausdorff erosions: the first costs nothing": ("hausdorff_er", "enumerate(of, 1)", "enumerate(of)"),
    "Hausdorff erosions: α multiplies": ("hausdorff_er", "k**alpha * x", "k * alpha * x"),
    "Hausdorff erosions: no stretching": (
        "hausdorff_er", "torch.where(2 * left > low + high, near, far)",
        "left"),
    "Hausdorff erosions: |p − y| eroded": ("hausdorff_er", "px.e.square()", "px.e"),
}  # fmt: skip
