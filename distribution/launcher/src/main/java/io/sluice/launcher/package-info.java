/**
 * Starts the appliance: the only {@code main()} of Sluice.
 *
 * <p>The launcher reads {@code etc/launcher.properties} and the feature files, takes the lock of the data directory,
 * starts an embedded Felix framework, installs every bundle of the chosen features from {@code system/} before it
 * resolves any of them, raises the start level, and says in one line whether the bundle set is complete. It knows no
 * room and no configuration of the network.
 *
 * <p>Threads: {@code main} waits for the framework to stop; {@code sluice-start} runs the start levels, so that a bundle
 * which hangs there is reported instead of waited for in silence; {@code sluice-stop} is the JVM's shutdown hook and ends
 * the process within {@link io.sluice.launcher.LaunchConfig#stopTimeout()} whatever a bundle does.
 *
 * <p>A start that follows failed ones waits first, and behind five of them only the features of {@link io.sluice.launcher.Rescue} are installed;
 * {@link io.sluice.launcher.FailedStarts} says what a failed start is.
 *
 * <p>Ownership: {@link io.sluice.launcher.DataLock} is held from before the framework exists until the process ends, so
 * {@code data/} has one writer.
 *
 * <p>SLF4J and Logback live on the launcher's class path and reach the bundles as packages of the system bundle: the log
 * works before the first bundle starts and after the last one stopped, and it needs none of the eight bundles that
 * SLF4J's service loader would need inside the framework.
 */
package io.sluice.launcher;
