import { AppError } from '../../kernel/app-error.js';

const PACKAGE = /^[a-z][a-z\d]*(-[a-z\d]+)*$/;
const RESOURCE = /^[A-Z][A-Za-z\d]*$/;
/** npm takes no longer names. */
const LONGEST = 214;
/** Resources that the service has itself, and names that the written files import. */
const TAKEN = [
  'AuditTrailEntry',
  'RefreshToken',
  'DateTime',
  'Module',
  'Resource',
  'ResourceModule',
  'ResourceRecord',
  'Text',
];

/** The names in a new module: of the package `gift-coupons`, say. */
export interface ModuleNames {
  /** The package and its folder: `gift-coupons`. */
  readonly name: string;
  /** The class of the resource, and the first part of its roles: `GiftCoupon`. */
  readonly resource: string;
  /** The file of the class: `gift-coupon`. */
  readonly file: string;
  /** The folder and file of the module, and of its migration: `gift-coupons`. */
  readonly folder: string;
  /** The class of the module without its kind: `GiftCoupons`. */
  readonly plural: string;
  readonly table: string;
  readonly path: string;
}

/**
 * The names for a package. Without a resource, it is the singular of the package's name in Pascal case.
 * @throws AppError 400 that says what a name must look like
 */
export function moduleNames(name: string, resource = pascal(singular(name))): ModuleNames {
  if (!PACKAGE.test(name) || name.length > LONGEST || name === 'tessera')
    throw badName(`The name "${name}" cannot be used: expected lower case words with hyphens, such as gift-coupons.`);
  if (!RESOURCE.test(resource))
    throw badName(`The resource "${resource}" cannot be used: expected a name in Pascal case, such as GiftCoupon.`);
  if (TAKEN.includes(resource) || resource in globalThis)
    throw badName(
      `The resource "${resource}" cannot be used, because the name is taken: choose another with --resource.`,
    );
  const file = kebab(resource);
  const folder = pluralOf(file);
  const plural = pascal(folder);
  return {
    name,
    resource,
    file,
    folder,
    plural,
    table: folder.replaceAll('-', '_'),
    path: `api/sys/${plural.toLowerCase()}`,
  };
}

function badName(message: string): AppError<'bad_file'> {
  return new AppError('bad_file', 400, message);
}

function singular(name: string): string {
  if (name.endsWith('ies')) return `${name.slice(0, -3)}y`;
  return /(?<![su])s$/.test(name) ? name.slice(0, -1) : name;
}

function pluralOf(name: string): string {
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

function pascal(name: string): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}

function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z\d])[A-Z]|(?<!^)[A-Z](?=[a-z])/g, '-$&').toLowerCase();
}
