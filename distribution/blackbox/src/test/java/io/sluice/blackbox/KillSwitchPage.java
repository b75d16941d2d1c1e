package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.remote.RemoteWebDriver;

/** The console's page in a browser, with the eyes on the kill switch: what a person sees and clicks there. */
final class KillSwitchPage {

    /** An event takes milliseconds; the rest is for a busy machine. */
    static final Duration FOLLOWS = Duration.ofSeconds(30);

    private static final Duration PERIOD = Duration.ofMillis(50);

    /** What the browser has laid out and painted of the tile. */
    private static final String LOOK = """
            const tile = document.getElementById('killswitch'), word = document.getElementById('ks-word');
            const badge = tile.querySelector('.ks-badge'), box = word.getBoundingClientRect(), all = tile.getBoundingClientRect();
            const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
            return { letters: parseFloat(getComputedStyle(word).fontSize), colour: getComputedStyle(word).color,
              ground: getComputedStyle(tile).getPropertyValue('--tone-soft').trim(), badge: getComputedStyle(badge).backgroundColor,
              badgeSide: Math.min(badge.offsetWidth, badge.offsetHeight), icon: document.getElementById('ks-icon').getAttribute('d'),
              share: all.width / innerWidth, height: all.height, within: box.top >= 0 && box.bottom <= innerHeight, onTop: top === word };
            """;

    private final RemoteWebDriver driver;
    private final String address;

    KillSwitchPage(RemoteWebDriver driver, String address) {
        this.driver = driver;
        this.address = address;
    }

    void open() {
        driver.get(address);
        until("the page has drawn the login or the console", () -> !view().equals("loading"));
    }

    void reload() {
        driver.navigate().refresh();
        until("the page has drawn the login or the console", () -> !view().equals("loading"));
    }

    /** {@code loading}, {@code login} or {@code console}. */
    String view() {
        return String.valueOf(driver.executeScript("return document.documentElement.dataset.view"));
    }

    void logIn(String token) {
        find("token").sendKeys(token);
        driver.findElement(By.cssSelector("#login-form button")).click();
    }

    void logOut() {
        find("logout").click();
        until("the login", () -> view().equals("login"));
    }

    WebElement find(String id) {
        return driver.findElement(By.id(id));
    }

    /** The word of the tile as it is shown: in capitals. */
    String word() {
        return find("ks-word").getText();
    }

    /** The mode whose button is pressed. */
    String mode() {
        List<WebElement> pressed = driver.findElements(By.cssSelector("#ks-modes button[aria-pressed=\"true\"]"));
        return pressed.size() == 1 ? pressed.getFirst().getDomAttribute("data-mode") : "no one of them";
    }

    /** Waits until the page shows this by itself. */
    void follows(String word, String mode) {
        until("the page shows " + word + " and " + mode, () -> word().equals(word) && mode().equals(mode));
    }

    void clickMode(String mode) {
        until("the buttons can be pressed", () -> button(mode).isEnabled());
        button(mode).click();
    }

    private WebElement button(String mode) {
        return driver.findElement(By.cssSelector("#ks-modes button[data-mode=\"" + mode + "\"]"));
    }

    /** The question that stands before everything else, with its title. */
    String question() {
        until("the question", () -> find("confirm").isDisplayed());
        return find("confirm-title").getText() + "\n" + find("confirm-text").getText();
    }

    void answer(boolean yes) {
        driver.findElement(By.cssSelector("#confirm button[value=\"" + (yes ? "yes" : "no") + "\"]"))
                .click();
        until("the end of the question", () -> !find("confirm").isDisplayed());
    }

    boolean canProve() {
        return find("ks-prove").isEnabled();
    }

    /** Clicks "Prove it" and waits for what comes of it. */
    void prove() {
        until("the button for the proof", this::canProve);
        find("ks-prove").click();
        until("the end of the proof", () -> find("killswitch").getDomAttribute("aria-busy") == null);
        assertThat(complaints()).isEmpty();
        until("the result", () -> find("ks-result").isDisplayed());
    }

    boolean showsProof() {
        return find("ks-proof").isDisplayed();
    }

    String result() {
        return find("ks-result").getText();
    }

    /** The rows of the table as they are shown: kind, destination, interface, outcome, answer. All by one question, for each takes its time. */
    List<List<String>> canaries() {
        List<?> rows = (List<?>)
                driver.executeScript(
                        "return [...document.querySelectorAll('#ks-canaries tr')].map(row => [...row.children].map(cell => cell.innerText))");
        return rows.stream()
                .map(row -> ((List<?>) row).stream().map(String::valueOf).toList())
                .toList();
    }

    /** What the page had to complain of to whoever is before it. */
    List<String> complaints() {
        return driver.findElements(By.cssSelector("#toasts .bad")).stream()
                .map(WebElement::getText)
                .toList();
    }

    /** Makes the page believe that nobody looks at it: then it asks for nothing by the clock, and learns from events alone. */
    void hide() {
        driver.executeScript("Object.defineProperty(document, 'hidden', { get: () => true })");
    }

    void switchTheme() {
        find("theme").click();
    }

    /** Leaves something in this document that a reload would take away. */
    void markDocument() {
        driver.executeScript("window.sameDocument = true");
    }

    boolean isMarkedDocument() {
        return Boolean.TRUE.equals(driver.executeScript("return window.sameDocument === true"));
    }

    /**
     * What a person sees of the tile at once.
     *
     * @param letters the height of the word's letters, CSS pixels
     * @param colour of the word
     * @param ground behind it
     * @param badge colour of the field with the icon
     * @param badgeSide its shorter side, CSS pixels
     * @param icon its drawing
     * @param share of the window's width that the tile has
     * @param height of the tile, CSS pixels
     * @param within the word is in the window without scrolling
     * @param onTop nothing covers the word
     */
    record Look(
            String word,
            double letters,
            Colour colour,
            Colour ground,
            Colour badge,
            double badgeSide,
            String icon,
            double share,
            double height,
            boolean within,
            boolean onTop) {}

    /** Looks without scrolling, and keeps a picture for people. */
    Look look(Path picture) throws IOException {
        driver.executeScript("scrollTo(0, 0)");
        Map<?, ?> seen = (Map<?, ?>) driver.executeScript(LOOK);
        Files.createDirectories(picture.getParent());
        Files.write(picture, driver.getScreenshotAs(OutputType.BYTES));
        return new Look(
                word(),
                number(seen, "letters"),
                Colour.of((String) seen.get("colour")),
                Colour.of((String) seen.get("ground")),
                Colour.of((String) seen.get("badge")),
                number(seen, "badgeSide"),
                (String) seen.get("icon"),
                number(seen, "share"),
                number(seen, "height"),
                (Boolean) seen.get("within"),
                (Boolean) seen.get("onTop"));
    }

    private static double number(Map<?, ?> seen, String name) {
        return ((Number) seen.get(name)).doubleValue();
    }

    void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + FOLLOWS.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + " has not come in " + FOLLOWS.toSeconds() + " s. The page shows "
                        + find("killswitch").getText() + ", and complains " + complaints());
            }
            try {
                Thread.sleep(PERIOD);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + what, e);
            }
        }
    }
}
