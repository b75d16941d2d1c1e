/** Programs of others that tests hold ours against, each as a process that ends with its test. */
package io.sluice.testkit.peer;
