// The parts of Bootstrap's JavaScript that the dashboard uses.
export { default as Dropdown } from "bootstrap/js/src/dropdown.js";
export { default as Offcanvas } from "bootstrap/js/src/offcanvas.js";
export { default as Tooltip } from "bootstrap/js/src/tooltip.js";
