package io.sluice.launcher;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Locale;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.FormatterLogger;
import org.osgi.service.log.LogService;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerConsumer;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * OSGi's log service (Compendium 8.1, §101) over SLF4J. Component runtime, Configuration Admin and the other Felix bundles
 * know no other log; without the service they print to the console.
 *
 * <p>Thread safe; never blocks longer than the log itself.
 */
@SuppressWarnings("deprecation") // LogService's own methods are deprecated and still called by old bundles
final class OsgiLog implements LogService {

    @Override
    public Logger getLogger(String name) {
        return getLogger(name, Logger.class);
    }

    @Override
    public Logger getLogger(Class<?> type) {
        return getLogger(type.getName(), Logger.class);
    }

    @Override
    public <L extends Logger> L getLogger(Class<?> type, Class<L> loggerType) {
        return getLogger(type.getName(), loggerType);
    }

    @Override
    public <L extends Logger> L getLogger(Bundle bundle, String name, Class<L> loggerType) {
        boolean root = Logger.ROOT_LOGGER_NAME.equals(name);
        return getLogger(root ? String.valueOf(bundle.getSymbolicName()) : name, loggerType);
    }

    @Override
    public <L extends Logger> L getLogger(String name, Class<L> loggerType) {
        if (loggerType != Logger.class && loggerType != FormatterLogger.class) {
            throw new IllegalArgumentException(loggerType + " is neither Logger nor FormatterLogger");
        }
        InvocationHandler handler = new Slf4jCall(LoggerFactory.getLogger(name), loggerType == FormatterLogger.class);
        return loggerType.cast(
                Proxy.newProxyInstance(OsgiLog.class.getClassLoader(), new Class<?>[] {loggerType}, handler));
    }

    @Override
    public void log(int level, String message) {
        log(level, message, null);
    }

    @Override
    public void log(int level, String message, Throwable cause) {
        Level target = switch (level) {
            case LOG_ERROR -> Level.ERROR;
            case LOG_WARNING -> Level.WARN;
            case LOG_INFO -> Level.INFO;
            default -> Level.DEBUG;
        };
        LoggerFactory.getLogger("osgi").atLevel(target).setCause(cause).log(message);
    }

    @Override
    public void log(ServiceReference<?> service, int level, String message) {
        log(level, message, null);
    }

    @Override
    public void log(ServiceReference<?> service, int level, String message, Throwable cause) {
        log(level, message, cause);
    }

    /**
     * One call of {@link Logger}: all its 37 methods follow from their names. {@code isWarnEnabled()} asks, {@code warn(..)}
     * logs at that level, {@code audit(..)} at INFO, which no configuration of ours switches off.
     */
    private record Slf4jCall(org.slf4j.Logger target, boolean printf) implements InvocationHandler {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            String name = method.getName();
            if (method.getDeclaringClass() == Object.class) {
                return switch (name) {
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "Logger " + target.getName();
                };
            }
            if (name.equals("getName")) {
                return target.getName();
            }
            if (name.startsWith("is")) {
                return target.isEnabledForLevel(
                        level(name.substring("is".length(), name.length() - "Enabled".length())));
            }
            Level level = level(name);
            if (!target.isEnabledForLevel(level)) {
                return null;
            }
            if (arguments[0] instanceof LoggerConsumer<?> consumer) {
                consumer.accept((Logger) proxy);
            } else {
                log(level, String.valueOf(arguments[0]), values(arguments));
            }
            return null;
        }

        private void log(Level level, String format, Object[] values) {
            if (!printf) {
                target.atLevel(level).log(format, values);
                return;
            }
            Throwable cause = values.length > 0 && values[values.length - 1] instanceof Throwable t ? t : null;
            target.atLevel(level).setCause(cause).log(String.format(Locale.ROOT, format, values));
        }

        /** What follows the format: an array for the variable-argument form, else the one or two arguments. */
        private static Object[] values(Object[] arguments) {
            if (arguments.length == 2 && arguments[1] instanceof Object[] array) {
                return array;
            }
            return Arrays.copyOfRange(arguments, 1, arguments.length);
        }

        private static Level level(String name) {
            return name.equals("audit") ? Level.INFO : Level.valueOf(name.toUpperCase(Locale.ROOT));
        }
    }
}
