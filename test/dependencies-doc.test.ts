import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

interface Locked {
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

const ROOT = path.resolve(import.meta.dirname, '..');
const read = (...parts: string[]): string => readFileSync(path.join(ROOT, ...parts), 'utf8');
const page = read('docs', 'dependencies.md');
const manifest = JSON.parse(read('package.json')) as Manifest;
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const locked = Object.entries(lock.packages).filter(([where]) => where !== '');
const nameOf = (where: string): string => where.slice(where.lastIndexOf('node_modules/') + 'node_modules/'.length);

function listed(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `(.+?)` \|/gm)].map(([, name]) => name ?? '').sort();
}

describe('docs/dependencies.md', () => {
  it.each([
    ['What runs in production', manifest.dependencies],
    ['What a quick start runs', manifest.optionalDependencies],
    ['What only developers need', manifest.devDependencies],
  ])('%s: gives each package its reason, once, and names no other', (heading, packages) => {
    expect(listed(heading)).toEqual(Object.keys(packages).sort());
  });

  it('holds in the manifest: versions are exact', () => {
    const { dependencies, optionalDependencies, devDependencies } = manifest;
    const versions = Object.values({ ...dependencies, ...optionalDependencies, ...devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('holds in the lock file: each package has a checksum, and only those that may run scripts would', () => {
    expect(locked.filter(([, { integrity }]) => !integrity).map(([where]) => where)).toEqual([]);
    const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([where]) => nameOf(where));
    expect(scripted.filter((name) => !(name in manifest.allowScripts))).toEqual([]);
    const allowed = Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name]);
    expect(allowed.sort()).toEqual(Object.keys(manifest.optionalDependencies).sort());
  });

  it('holds of the licences of what runs in production', () => {
    const permissive = ['MIT', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'MIT and ISC'];
    const others = locked
      .filter(([, { dev, devOptional, optional }]) => !dev && !devOptional && !optional)
      .filter(([, { license }]) => !permissive.includes(license ?? ''))
      .map(([where, { license }]) => `${nameOf(where)} ${license}`);
    expect(others).toEqual(['mariadb LGPL-2.1-or-later']);
  });
});
