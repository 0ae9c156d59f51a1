/** The drafting page. Cards first: the Charter takes over cards that are there already. */

import "../styles/chooser.scss";
import "../styles/drafting.scss";
import "../styles/editor.scss";
import "../styles/listening.scss";
import { OurCharter } from "../drafting/our-charter.ts";
import { OurStatement } from "../drafting/our-statement.ts";

customElements.define("our-statement", OurStatement);
customElements.define("our-charter", OurCharter);
