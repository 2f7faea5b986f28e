/** All wire formats by their names. */
import type { FormatName } from '../routes';
import type { Format } from './format';
import { gateway } from './gateway';
import { path, pathImage } from './path';
import { v1, v1Image } from './v1';

export const FORMATS: Readonly<Record<FormatName, Format>> = {
	gateway,
	v1,
	path,
	'v1-image': v1Image,
	'path-image': pathImage,
};
