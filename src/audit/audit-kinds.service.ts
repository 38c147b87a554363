import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../kernel/app-error.js';
import { PlugInError } from '../plug-ins/plug-in-error.js';
import { PlugInsService } from '../plug-ins/plug-ins.service.js';
import { AuditKinds, type AuditKindDescription } from './audit-kinds.js';

const NAME = /^[a-z][a-z\d-]{0,63}$/;

/** The kinds of events that the modules of the application write. */
@Injectable()
export class AuditKindsService implements OnModuleInit {
  private registered: ReadonlyMap<string, AuditKindDescription> | undefined;

  constructor(private readonly plugIns: PlugInsService) {}

  /** @throws PlugInError when a kind is registered wrongly, or twice */
  onModuleInit(): void {
    this.all();
  }

  /** All kinds by name. Modules may write events while they start, so the kinds are read when they are first needed. */
  all(): ReadonlyMap<string, AuditKindDescription> {
    return (this.registered ??= registeredBy(this.plugIns.of(AuditKinds)));
  }

  /** @throws AppError 400 that names the kinds that do not exist, and those that do */
  demandKnown(kinds: readonly string[]): void {
    const unknown = kinds.filter((kind) => !this.all().has(kind));
    if (unknown.length === 0) return;
    const known = [...this.all().keys()].sort().join(', ');
    throw new AppError('unknown_kind', 400, `Unknown: ${unknown.join(', ')}. The kinds of events are ${known}.`);
  }

  /** @throws Error when no module registers this kind */
  demand(kind: string): void {
    if (this.all().has(kind)) return;
    throw new Error(
      `No module registers the kind of audit event ${kind}: provide a class that extends AuditKinds and lists it.`,
    );
  }
}

function registeredBy(plugIns: readonly AuditKinds[]): ReadonlyMap<string, AuditKindDescription> {
  const kinds = new Map<string, AuditKindDescription>();
  const owners = new Map<string, AuditKinds>();
  for (const plugIn of plugIns) {
    const declared = (plugIn as { readonly kinds?: Readonly<Record<string, Partial<AuditKindDescription> | null>> })
      .kinds;
    if (typeof declared !== 'object')
      throw new PlugInError(plugIn, 'needs `kinds`, an object with a meaning for each kind.');
    for (const [kind, description] of Object.entries(declared)) {
      const [what, other] = [`registers the kind ${JSON.stringify(kind)} of audit event`, owners.get(kind)];
      if (!NAME.test(kind)) throw new PlugInError(plugIn, `${what}: expected lower-case letters, digits and "-".`);
      if (other) throw new PlugInError(plugIn, `${what}, as ${other.constructor.name} does.`);
      const meaning: unknown = description?.meaning;
      if (typeof meaning !== 'string' || meaning.trim() === '')
        throw new PlugInError(plugIn, `${what} without a meaning.`);
      owners.set(kind, plugIn);
      kinds.set(kind, { ...description, meaning });
    }
  }
  return kinds;
}
