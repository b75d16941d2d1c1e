package io.sluice.api.route;

/** The host refused a change of its routing; everything is as before. */
public final class RouteException extends Exception {

    private static final long serialVersionUID = 1L;

    public RouteException(String message, Throwable cause) {
        super(message, cause);
    }

    public RouteException(String message) {
        this(message, null);
    }
}
