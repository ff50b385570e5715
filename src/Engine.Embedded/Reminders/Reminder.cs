using Orleans.Runtime;

namespace PrivacyGrains.Engine.Reminders;

/// <summary>One reminder, ticking at its first tick plus every multiple of its period.</summary>
internal sealed class Reminder : IGrainReminder, IDisposable
{
    /// <summary>A timer holds some 49 days; a later tick is approached in steps.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    private readonly ReminderService _service;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private DateTimeOffset _due;
    private bool _disposed;

    internal Reminder(ReminderService service, TimeProvider clock, GrainId grain, string name, DateTimeOffset firstTick, TimeSpan period)
    {
        (_service, _clock, Grain, ReminderName, FirstTick, Period) = (service, clock, grain, name, firstTick, period);
        _timer = clock.CreateTimer(static self => _ = ((Reminder)self!).TickAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string ReminderName { get; }

    internal GrainId Grain { get; }

    internal DateTimeOffset FirstTick { get; }

    internal TimeSpan Period { get; }

    public void Dispose()
    {
        _disposed = true;
        _timer.Dispose();
    }

    internal void ScheduleNext()
    {
        var untilFirst = FirstTick - _clock.GetUtcNow();
        var due = untilFirst >= TimeSpan.Zero ? untilFirst : Period - TimeSpan.FromTicks(-untilFirst.Ticks % Period.Ticks);
        _due = _clock.GetUtcNow() + due;
        if (!_disposed)
            _timer.Change(due < LongestWait ? due : LongestWait, Timeout.InfiniteTimeSpan);
    }

    private async Task TickAsync()
    {
        RequestContext.Clear(); // the timer remembers the context of the call that set the reminder
        if (_clock.GetUtcNow() >= _due)
            await _service.TickAsync(this);
        ScheduleNext();
    }
}
