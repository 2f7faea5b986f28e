/** What the package offers to n8n, as n8n's loader finds it under "n8n" in package.json. */
const { KlingApi } = require('./dist/credentials/KlingApi.credentials.js');
const { KlingImageToVideo } = require('./dist/nodes/KlingImageToVideo/KlingImageToVideo.node.js');
const { KlingTextToVideo } = require('./dist/nodes/KlingTextToVideo/KlingTextToVideo.node.js');
const { KlingTrigger } = require('./dist/nodes/KlingTrigger/KlingTrigger.node.js');

module.exports = { KlingApi, KlingImageToVideo, KlingTextToVideo, KlingTrigger };
