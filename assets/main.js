// The library's door: puts the parts where the stubs of the other components look for them.

import { decodePlane, inflate, unpack } from "./codec.js";
import { keepPlane, planeOf, seg } from "./store.js";
import { component } from "./dom.js";
import { Viewer } from "./viewer.js";
import { Dials } from "./dials.js";
import { LossList } from "./loss_list.js";
import { Pad } from "./pad.js";
import { Index } from "./index_list.js";
import { Painter } from "./painter.js";
import { Multiples } from "./small_multiples.js";
import { Push } from "./push.js";
import { Versus } from "./versus.js";

// Several planes in one message: the header lists them, the body is their deflated bytes one after the other.
async function receive({ data, parentElement }) {
  // A message without a picture must not keep a gap in the page: it would jump when the message is gone.
  const place = parentElement.host?.closest("[data-testid=stElementContainer]");
  if (place) place.style.display = "none";
  const { head, body } = unpack(data);
  const fresh = head.planes.filter(({ digest }) => !planeOf(digest)); // called again for a theme: nothing to do
  for (const { digest } of fresh) seg.arriving.add(digest);
  for (const { digest, kind, w, h, from, to } of fresh) {
    try {
      keepPlane(digest, decodePlane(kind, w, h, await inflate(body.subarray(from, to))));
    } finally {
      seg.arriving.delete(digest);
    }
  }
}

seg.planesPart = receive;
seg.viewerPart = component(".sl-viewer", root => new Viewer(root));
seg.dialsPart = component(".sl-dials", root => new Dials(root));
seg.lossesPart = component(".sl-losses", root => new LossList(root));
seg.indexPart = component(".sl-index", root => new Index(root));
seg.galleryPart = component(".sl-gallery", root => new Multiples(root));
seg.pushPart = component(".sl-push", root => new Push(root));
seg.versusPart = component(".sl-versus", root => new Versus(root));
seg.padPart = component(".sl-pad", root => new Pad(root));
seg.painterPart = component(".sl-painter", root => new Painter(root));
seg.arrive?.();
