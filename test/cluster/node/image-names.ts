/** What the images of a node are called. */

/** Keeps the network of a pod while its containers come and go. */
export const PAUSE_IMAGE = 'localhost/pause:1'
