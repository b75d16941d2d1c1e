package io.sluice.dns.linux;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Waits for a change in folders, by inotify(7). Without one (a limit of the host's, a folder that is not there) it waits the whole time. */
final class FolderWatch implements AutoCloseable {

    private Optional<WatchService> service = Optional.empty();
    private List<Path> watched = List.of();
    private boolean closed;

    void await(List<Path> folders, Duration atMost) throws InterruptedException {
        Optional<WatchService> watching = watching(folders);
        try {
            if (watching.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(atMost.toMillis());
                return;
            }
            WatchKey key = watching.get().poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
            while (key != null) {
                key.pollEvents();
                key.reset();
                key = watching.get().poll();
            }
        } catch (ClosedWatchServiceException e) {
            throw (InterruptedException) new InterruptedException("the watch is closed").initCause(e);
        }
    }

    private synchronized Optional<WatchService> watching(List<Path> folders) throws InterruptedException {
        if (closed) {
            throw new InterruptedException("the watch is closed");
        }
        if (!watched.equals(folders)) {
            end();
            watched = folders;
            try {
                WatchService fresh = FileSystems.getDefault().newWatchService();
                service = Optional.of(fresh);
                folders.forEach(folder -> register(folder, fresh));
            } catch (IOException e) {
                // No inotify instance is to be had (fs.inotify.max_user_instances): the look from time to time has to
                // do.
                service = Optional.empty();
            }
        }
        return service;
    }

    private static void register(Path folder, WatchService service) {
        try {
            folder.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
        } catch (IOException e) {
            // Not there, or not watchable: the same.
            return;
        }
    }

    private void end() {
        try {
            if (service.isPresent()) {
                service.get().close();
            }
        } catch (IOException e) {
            // Nothing is left to be done with it.
            service = Optional.empty();
        }
        service = Optional.empty();
    }

    @Override
    public synchronized void close() {
        closed = true;
        end();
    }
}
