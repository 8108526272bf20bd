// Makes static/vendor (and tests/vendor) from node_modules, with licences, versions and hashes: npm ci && npm run vendor

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { compile } from "sass";

const ROOT = join(import.meta.dirname, "..");
const SOURCES = join(import.meta.dirname, "vendor");
const STATIC = "static/vendor";
const TESTS = "tests/vendor";
const TARGET = ["chrome120", "firefox121", "safari17"];
const SCRIPTS = ["htmx", "alpine", "tinykeys", "bootstrap", "codemirror", "uplot"];

const read = (path) => readFileSync(join(ROOT, path), "utf8");

function write(path, content) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), content);
  const bytes = Buffer.from(content);
  return {
    path,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    size_bytes: bytes.length,
    gzip_bytes: gzipSync(bytes, { level: 9 }).length,
  };
}

/** The package that a file of node_modules belongs to. */
function packageOf(file) {
  const [, scope, name] = /node_modules\/(?:(@[^/]+)\/)?([^/]+)\//.exec(file) ?? [];
  return scope ? `${scope}/${name}` : name;
}

function licenceOf(name) {
  const folder = join(ROOT, "node_modules", name);
  const found = readdirSync(folder).find((file) => /^licen[cs]e(\.md|\.txt)?$/i.test(file));
  if (found) return readFileSync(join(folder, found), "utf8");
  // Some packages leave it out: it was copied from their repository.
  const copied = join(SOURCES, "licences", `${name.replace("/", "__")}.txt`);
  if (!existsSync(copied)) throw new Error(`${name} brings no licence: add ${copied}`);
  return readFileSync(copied, "utf8");
}

/** Writes the licences of what a folder holds; the folder's lines of the manifest. */
function entry(folder, names, files) {
  const packages = Object.fromEntries(
    names.sort().map((name) => {
      const { version, license } = JSON.parse(read(`node_modules/${name}/package.json`));
      return [name, { version, licence: license }];
    }),
  );
  const texts = names.map((name) => `${name} ${packages[name].version}\n\n${licenceOf(name).trim()}\n`);
  const licence = write(`${folder}/LICENSES.txt`, texts.join(`\n${"-".repeat(80)}\n\n`));
  return { packages, files: [...files, licence] };
}

async function script(name) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(SOURCES, `${name}.js`)],
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: "esm",
    target: TARGET,
    legalComments: "none", // the licences stand beside the file
    metafile: true,
    write: false,
    outfile: "out.js",
  });
  const [output] = Object.values(metafile.outputs);
  const used = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput);
  const names = new Set(used.map(([file]) => packageOf(file)).filter(Boolean));
  return { names: [...names], file: write(`${STATIC}/${name}/${name}.js`, outputFiles[0].text) };
}

/** In a cascade layer, so that every rule of the house wins, however short its selector. */
async function bootstrapStyle() {
  const options = { loadPaths: [join(ROOT, "node_modules")], quietDeps: true, silenceDeprecations: ["import"] };
  const { css } = compile(join(SOURCES, "bootstrap.scss"), options);
  const layered = `@layer bootstrap {\n${css.replace(/^@charset[^;]*;|^\uFEFF/, "")}\n}`;
  const { code } = await transform(layered, { loader: "css", minify: true, target: TARGET, legalComments: "none" });
  return write(`${STATIC}/bootstrap/bootstrap.css`, code);
}

async function uplotStyle() {
  const { code } = await transform(read("node_modules/uplot/dist/uPlot.min.css"), { loader: "css", minify: true, target: TARGET });
  return write(`${STATIC}/uplot/uplot.css`, code);
}

const STYLES = { bootstrap: bootstrapStyle, uplot: uplotStyle };

for (const folder of [STATIC, TESTS]) rmSync(join(ROOT, folder), { recursive: true, force: true });
const manifest = {};
for (const name of SCRIPTS) {
  const { names, file } = await script(name);
  const files = STYLES[name] ? [file, await STYLES[name]()] : [file];
  manifest[name] = entry(`${STATIC}/${name}`, names, files);
}
const axe = write(`${TESTS}/axe-core/axe.min.js`, read("node_modules/axe-core/axe.min.js"));
manifest["axe-core"] = entry(`${TESTS}/axe-core`, ["axe-core"], [axe]);
write(`${STATIC}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
