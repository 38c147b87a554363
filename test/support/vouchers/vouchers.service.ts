import { badRequest } from '../../../src/kernel/app-error.js';
import { Handles } from '../../../src/resource/kit/command-declarations.js';
import type { Act } from '../../../src/resource/kit/resource-hooks.js';
import { ResourceService } from '../../../src/resource/kit/resource.service.js';
import type { Voucher } from './voucher.js';

/** Each hook notes that it ran, in its transaction, and refuses what has its name as the note. */
export class VouchersService extends ResourceService<Voucher> {
  protected override beforeCreate(voucher: Voucher, act: Act): Promise<void> {
    if (voucher.Note === 'stolen') voucher.Reason = 'theft';
    return this.hook('beforeCreate', voucher, act);
  }

  protected override async beforeUpdate(voucher: Voucher, before: Voucher, act: Act): Promise<void> {
    await this.hook('beforeUpdate', voucher, act);
    if (before.isSpent && voucher.IsActive) voucher.IsActive = false;
  }

  protected override beforeDelete(voucher: Voucher, act: Act): Promise<void> {
    return this.hook('beforeDelete', voucher, act);
  }

  protected override async afterRead(voucher: Voucher, act: Act): Promise<void> {
    await this.hook('afterRead', voucher, act);
    if (voucher.Note === 'shown') voucher.Note = `shown to ${act.actor.name}`;
  }

  @Handles('VOUCHER_COUNT')
  async count(_vouchers: readonly Voucher[], _parameters: object, { manager }: Act): Promise<{ Vouchers: number }> {
    return { Vouchers: await manager.count(this.resource.type) };
  }

  @Handles('VOUCHER_SWAP')
  swap([one, other]: readonly [Voucher, Voucher]): void {
    [one.Order, other.Order] = [other.Order, one.Order];
  }

  @Handles('VOUCHER_SPEND')
  spend(vouchers: readonly Voucher[]): void {
    for (const voucher of vouchers) {
      voucher.Order = 0;
      if (voucher.Note === 'unspendable') throw badRequest('It cannot be spent.');
    }
  }

  @Handles('VOUCHER_RENAME')
  rename([voucher]: readonly [Voucher]): void {
    voucher.Holder = voucher.Note === 'nobody' ? ' ' : 'taken@example.com';
  }

  private async hook(name: string, { Note }: Voucher, { manager }: Act): Promise<void> {
    await manager.query('INSERT INTO voucher_hooks (name) VALUES ($1)', [name]);
    if (Note === `refuse ${name}`) throw badRequest(`${name} refuses.`);
  }
}
