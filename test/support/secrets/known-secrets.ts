/** Secrets that can be told from everything else, made of the characters that real ones have. */
export const apiKey = 'ca_Zk7QvW3nXr9TbL2pYs8MdHf4GjC6wEu1';
export const formerApiKey = 'ca_F0rm3rKq5VxJz2NaPbRtUyWm8LcDhGeS';
export const webhookSecret = 'whsec_"Tq9\\mBv4&Xz7+Rk2/Jn5=Wc8"';
export const formerWebhookSecret = 'whsec_Old3Hd6Fs1Pg0Lk9Ay8Ui7Oe6Rt5';
/** Too short to be one, and so short that what is said of JSON that is none quotes it whole. */
export const shortWebhookSecret = 'Qx7vB2nM9kL4z';
export const accessKeyId = 'AKIAQ7X2M9P4T6V8W3Z5';
export const secretAccessKey = 'hR7/tKw2+PqX9vZs4LmB6nYc8DfG1jE3uA5oIxWd';
export const sessionToken = 'IQoJb3JpZ2luX2VjEMr//////////wEaCXVzLWVhc3QtMSJHMEUCIQDk7Tz+pW==';
export const urlSignature = '9f2b7c41d8e3056a9f1c2b7e4d8a6035c1f9e2d7b4a80635';
export const urlToken = 'FwoGZXIvYXdzEBYaDP9xKc2Rv8Tn5Lq0Ws3Jb6';
export const urlPassword = 'pA5sw0rdOfAnUrl-Hj4Kz9';

/** No secret, but nobody's business beside the vendor's. */
export const userEmail = 'vJ8rWm3kQz6@xT4pL9nB2.example';

export const secrets = {
  userEmail,
  apiKey,
  formerApiKey,
  webhookSecret,
  formerWebhookSecret,
  shortWebhookSecret,
  accessKeyId,
  secretAccessKey,
  sessionToken,
  urlSignature,
  urlToken,
  urlPassword,
};

/** What a presigned URL ends with. */
export const signedQuery = `X-Amz-Credential=${accessKeyId}%2F20260302%2Feu-central-1%2Fs3%2Faws4_request&X-Amz-Security-Token=${urlToken}&X-Amz-Signature=${urlSignature}`;
