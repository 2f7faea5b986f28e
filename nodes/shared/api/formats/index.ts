import type { FormatName } from '../models';
import type { Format } from './format';
import { gateway } from './gateway';
import { path } from './path';
import { v1 } from './v1';

export const FORMATS: Readonly<Record<FormatName, Format>> = { gateway, v1, path };
