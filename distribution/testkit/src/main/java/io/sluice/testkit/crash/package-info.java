/**
 * What a disk holds after a crash at any moment: a file system that notes every step of what is written into it, and the states in which a killed process, or a
 * power cut, may leave it.
 */
package io.sluice.testkit.crash;
