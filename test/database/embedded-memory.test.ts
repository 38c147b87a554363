import { basicOf, create, RESOURCE } from '../support/client.js';
import { newEmbeddedData } from '../support/data.js';
import { Service } from '../support/service.js';

const RECORDS = 100;
const TICKET_LENGTH = 30_000;
/** Together, all answers of these queries would not fit into the heap. */
const SEARCHES = 60;
const HEAP_MIB = 112;

it('the embedded database does not keep its answers in memory', async () => {
  const settings = { NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}` };
  const service = await Service.startOn(newEmbeddedData(), settings);
  const admin = service.client(basicOf('admin'));
  const ProtectedTicket = 'x'.repeat(TICKET_LENGTH);
  for (let n = 0; n < RECORDS; n++) await create(admin, { ProtectedTicket, Subject: 'large' });
  for (let n = 0; n < SEARCHES; n++) {
    const { body } = await admin.get(`${RESOURCE}?RefreshToken_Subject=large&size=${RECORDS}`);
    expect(body.Records).toHaveLength(RECORDS);
  }
  await service.dispose();
});
