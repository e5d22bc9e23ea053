"""The time left goes down between two updates."""

from rich.progress import Progress

from skkeras.report.terminal import TimeLeftColumn


def test_it_is_estimated_by_the_pace_and_goes_on_falling():
    now = [0.0]
    bar = Progress(get_time=lambda: now[0])
    number = bar.add_task("models", total=100, at=0.0)
    (task,) = bar.tasks
    column = TimeLeftColumn()

    def left(at):
        now[0] = at
        return column.render(task).plain

    assert left(10.0) == "-:--"  # nothing is finished
    bar.update(number, advance=25, at=30.0)
    assert [left(at) for at in (30.0, 40.0, 90.0)] == ["1:30", "1:20", "0:30"]
    assert left(500.0) == "0:00"
