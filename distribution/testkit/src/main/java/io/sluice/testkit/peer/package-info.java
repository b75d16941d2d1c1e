/** Programs of others that tests hold ours against, each as a process that ends with its test; and small servers of our own for them to talk to. */
package io.sluice.testkit.peer;
