export { default } from "@alpinejs/csp";
