/** The reading page: complete without this; with it, one can listen. */

import "../styles/listening.scss";
import { listeningWords } from "../drafting/words.ts";
import { Listener } from "../listening/listener.ts";

new Listener(listeningWords).attend(document.body);
