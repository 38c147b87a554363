import { defineTessera } from 'tessera';
import { CouponsModule } from './coupons/coupons.module.js';

export default defineTessera({ modules: [CouponsModule] });
