/** The embedded services check no credentials; the SDK wants some. */
export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
export const region = 'us-east-1';
export const accountId = '000000000000';
