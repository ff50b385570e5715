using Orleans.Runtime;
using PrivacyGrains.Engine.Runtime;

namespace Orleans
{
    /// <summary>A grain that reminders can wake.</summary>
    public interface IRemindable : IGrain
    {
        /// <summary>A reminder is due.</summary>
        /// <param name="reminderName">Which one.</param>
        /// <param name="status">Its times.</param>
        /// <returns>A task that ends when the tick is dealt with.</returns>
        Task ReceiveReminder(string reminderName, TickStatus status);
    }

    /// <summary>Reminders: timers that outlive the activation, and, where a store is set, the process.</summary>
    public static class GrainReminderExtensions
    {
        /// <summary>Sets a reminder of this grain, durably; one of the same name is replaced.</summary>
        /// <param name="grain">The grain, which implements <see cref="IRemindable"/>.</param>
        /// <param name="reminderName">Its name within the grain, not blank.</param>
        /// <param name="dueTime">Until the first tick, at least zero.</param>
        /// <param name="period">Between ticks; Orleans warns below one minute.</param>
        /// <returns>The reminder.</returns>
        /// <exception cref="InvalidOperationException">The grain is not <see cref="IRemindable"/>.</exception>
        public static Task<IGrainReminder> RegisterOrUpdateReminder(this Grain grain, string reminderName, TimeSpan dueTime, TimeSpan period)
        {
            ArgumentNullException.ThrowIfNull(grain);
            ArgumentException.ThrowIfNullOrWhiteSpace(reminderName);
            if (grain is not IRemindable)
                throw new InvalidOperationException($"Grain {grain.IdentityString} does not implement {nameof(IRemindable)}, so no reminder can reach it.");

            return Activation.Of(grain.GrainContext).Silo.Reminders.SetAsync(grain.GetGrainId(), reminderName, dueTime, period);
        }

        /// <summary>Ends a reminder, durably.</summary>
        /// <param name="grain">The grain.</param>
        /// <param name="reminder">The reminder.</param>
        /// <returns>A task that ends when it is forgotten.</returns>
        public static Task UnregisterReminder(this Grain grain, IGrainReminder reminder)
        {
            ArgumentNullException.ThrowIfNull(grain);
            ArgumentNullException.ThrowIfNull(reminder);
            return Activation.Of(grain.GrainContext).Silo.Reminders.RemoveAsync(grain.GetGrainId(), reminder.ReminderName);
        }

        /// <summary>The reminder of that name.</summary>
        /// <param name="grain">The grain.</param>
        /// <param name="reminderName">Its name.</param>
        /// <returns>The reminder, or null.</returns>
        public static Task<IGrainReminder?> GetReminder(this Grain grain, string reminderName)
        {
            ArgumentNullException.ThrowIfNull(grain);
            return Task.FromResult(Activation.Of(grain.GrainContext).Silo.Reminders.Find(grain.GetGrainId(), reminderName));
        }
    }
}

namespace Orleans.Runtime
{
    /// <summary>One reminder of a grain.</summary>
    public interface IGrainReminder
    {
        /// <summary>Its name within the grain.</summary>
        string ReminderName { get; }
    }

    /// <summary>The times of one tick, in UTC.</summary>
    /// <param name="firstTickTime">When the first tick was due.</param>
    /// <param name="period">Between ticks.</param>
    /// <param name="timeStamp">When this tick is.</param>
    public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
    {
        /// <summary>When the first tick was due.</summary>
        public DateTime FirstTickTime { get; } = firstTickTime;

        /// <summary>Between ticks.</summary>
        public TimeSpan Period { get; } = period;

        /// <summary>When this tick is.</summary>
        public DateTime CurrentTickTime { get; } = timeStamp;

        /// <inheritdoc/>
        public override string ToString() => $"<{FirstTickTime}, {Period}, {CurrentTickTime}>";
    }
}
