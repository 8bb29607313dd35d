"""The books by name: which ones there are, and which are looked at."""

from tui.book.book import Book
from tui.book.portfolio import Portfolio
from tui.book.position import Key

Shelf = Book | Portfolio
"""One book, or several as one."""

NAMES = {"usdm": "USD-M", "coinm": "COIN-M", "pm": "PM"}
SHORT_NAMES = {"usdm": "U", "coinm": "C", "pm": "PM"}
LONG_NAMES = {"usdm": "USDⓈ-M", "coinm": "COIN-M", "pm": "Portfolio Margin"}
ALL = "All"


def all_books(shelf: Shelf) -> tuple[Book, ...]:
    """Every book there is."""
    return shelf.all if isinstance(shelf, Portfolio) else (shelf,)


def shown_books(shelf: Shelf) -> tuple[Book, ...]:
    """The books that are looked at."""
    return shelf.books if isinstance(shelf, Portfolio) else (shelf,)


def book_of(shelf: Shelf, key: Key) -> Book:
    """The book that a row stands in."""
    return shelf.book_of(key) if isinstance(shelf, Portfolio) else shelf


def name_of(book: Book) -> str:
    """What the screen calls a book."""
    return NAMES.get(book.book, book.book)


def shown_name(shelf: Shelf) -> str:
    """What is looked at, in a word."""
    shown = shown_books(shelf)
    return name_of(shown[0]) if len(shown) == 1 else ALL


def show(shelf: Shelf, book: str | None) -> None:
    """Look at one book only; None: at all."""
    if isinstance(shelf, Portfolio):
        shelf.shown = book


def show_next(shelf: Shelf) -> bool:
    """Look at the next book, behind the last one at all again; return whether there are several."""
    names: list[str | None] = [None, *(book.book for book in all_books(shelf))]
    if not isinstance(shelf, Portfolio) or len(names) < 3:
        return False
    shelf.shown = names[(names.index(shelf.shown) + 1) % len(names)] if shelf.shown in names else None
    return True
