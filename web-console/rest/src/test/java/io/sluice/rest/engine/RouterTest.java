package io.sluice.rest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

class RouterTest {

    private final Router router = new Router(List.of(
            Route.get("/flows", request -> Reply.empty(200)),
            Route.delete("/flows/{id}", request -> Reply.empty(204)),
            Route.get("/flows/{id}", request -> Reply.empty(200)),
            Route.post("/config/generations/{number}:restore", 0, request -> Reply.empty(200)),
            Route.get("/config/generations/{number}", request -> Reply.empty(200))));

    @Test
    void path_isSplitBeforeItIsDecoded() throws Exception {
        assertThat(router.find("GET", "/flows/a%2Fb").parameters()).containsEntry("id", "a/b");
        assertThat(router.find("GET", "/flows/a+b").parameters()).containsEntry("id", "a+b");
    }

    @Test
    void action_isPartOfTheLastSegment() throws Exception {
        assertThat(router.find("POST", "/config/generations/17:restore").parameters())
                .containsEntry("number", "17");
        assertThat(status("GET", "/config/generations/17:erase")).isEqualTo(404);
    }

    @Test
    void head_isAnsweredAsGet() throws Exception {
        assertThat(router.find("HEAD", "/flows").route().method()).isEqualTo("GET");
    }

    @Test
    void unknownPathAndMethod_areToldApart() {
        assertThat(status("GET", "/nothing")).isEqualTo(404);
        assertThat(status("GET", "/flows/")).isEqualTo(404);
        assertThat(status("GET", "/flows/../config")).isEqualTo(404);
        assertThat(status("PUT", "/flows/7")).isEqualTo(405);
        assertThat(status("GET", "/flows/%zz")).isEqualTo(400);
        assertThat(problem("PUT", "/flows/7").detail()).isEqualTo("Only DELETE, GET can be used here.");
    }

    private int status(String method, String path) {
        return problem(method, path).kind().status();
    }

    private Problem problem(String method, String path) {
        return catchThrowableOfType(ProblemException.class, () -> router.find(method, path))
                .problem();
    }
}
