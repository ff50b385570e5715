using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using PrivacyGrains.Engine.Runtime;

namespace PrivacyGrains.Engine.Reminders;

/// <summary>The reminders of one silo: kept in a file where a folder is given, and ticking while the silo runs.</summary>
/// <remarks>A tick that was due while no silo ran is left out; the next is at the next multiple of the period, as on Orleans.</remarks>
internal sealed partial class ReminderService(LocalCluster cluster, string? folder, TimeProvider clock, ILogger logger) : IDisposable
{
    private readonly Dictionary<(GrainId, string), Reminder> _reminders = [];
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ReminderFile? _file = folder is null ? null : new(folder);

    public void Dispose()
    {
        lock (_reminders)
        {
            foreach (var reminder in _reminders.Values)
                reminder.Dispose();
            _reminders.Clear();
        }
    }

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_file is null)
            return;

        foreach (var row in await _file.ReadAsync(cancellationToken))
            Schedule(GrainId.Create(row.Grain, row.Key), row.Name, row.FirstTick, row.Period);
    }

    internal IGrainReminder? Find(GrainId grain, string name)
    {
        lock (_reminders)
            return _reminders.GetValueOrDefault((grain, name));
    }

    internal async Task<IGrainReminder> SetAsync(GrainId grain, string name, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        await _writing.WaitAsync();
        try
        {
            var firstTick = clock.GetUtcNow() + dueTime;
            await SaveAsync([.. Others(grain, name), new(grain.Type.ToString(), grain.Key.ToString(), name, firstTick, period)]);
            return Schedule(grain, name, firstTick, period);
        }
        finally
        {
            _writing.Release();
        }
    }

    internal async Task RemoveAsync(GrainId grain, string name)
    {
        await _writing.WaitAsync();
        try
        {
            await SaveAsync(Others(grain, name));
            lock (_reminders)
            {
                if (_reminders.Remove((grain, name), out var reminder))
                    reminder.Dispose();
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    internal async Task TickAsync(Reminder reminder)
    {
        try
        {
            await cluster.References.GetGrain<IRemindable>(reminder.Grain).ReceiveReminder(
                reminder.ReminderName, new(reminder.FirstTick.UtcDateTime, reminder.Period, clock.GetUtcNow().UtcDateTime));
        }
        catch (Exception exception)
        {
            LogTickFailed(reminder.ReminderName, reminder.Grain, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Reminder {Name} of {Grain} failed; it will come again.")]
    private partial void LogTickFailed(string name, GrainId grain, Exception exception);

    private Task SaveAsync(List<ReminderRow> rows) => _file?.WriteAsync(rows) ?? Task.CompletedTask;

    private List<ReminderRow> Others(GrainId grain, string name)
    {
        lock (_reminders)
        {
            return [.. _reminders.Values
                .Select(r => new ReminderRow(r.Grain.Type.ToString(), r.Grain.Key.ToString(), r.ReminderName, r.FirstTick, r.Period))
                .Where(r => !r.IsOf(grain, name))];
        }
    }

    private Reminder Schedule(GrainId grain, string name, DateTimeOffset firstTick, TimeSpan period)
    {
        var reminder = new Reminder(this, clock, grain, name, firstTick, period);
        lock (_reminders)
        {
            if (_reminders.Remove((grain, name), out var earlier))
                earlier.Dispose();
            _reminders.Add((grain, name), reminder);
        }

        reminder.ScheduleNext();
        return reminder;
    }
}
