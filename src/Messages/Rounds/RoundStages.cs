using System.Collections.Immutable;

namespace PrivacyGrains.Messages.Rounds;

/// <summary>The phases of a round as they stand in <see cref="RoundBody.Phase"/>.</summary>
public static class RoundStages
{
    /// <summary>Participants publish signed ephemeral keys.</summary>
    public const string AdvertiseKeys = "advertise-keys";

    /// <summary>Participants send encrypted shares of their seeds and keys.</summary>
    public const string ShareKeys = "share-keys";

    /// <summary>Participants upload masked vectors.</summary>
    public const string CollectMaskedInputs = "collect-masked-inputs";

    /// <summary>Participants sign who has uploaded.</summary>
    public const string CheckConsistency = "check-consistency";

    /// <summary>Participants give what removes the masks.</summary>
    public const string Unmask = "unmask";

    /// <summary>The sum is there.</summary>
    public const string Completed = "completed";

    /// <summary>Ended without a result.</summary>
    public const string Aborted = "aborted";
}

/// <summary>A step of a participant: its word in the API's paths, its phase, and how long its body may be.</summary>
/// <param name="Name">As <c>advertise</c>.</param>
/// <param name="Phase">Of <see cref="RoundStages"/>.</param>
/// <param name="LargestBody">Bytes. For 255 participants, the most that a round has, with room to spare.</param>
public sealed record RoundStep(string Name, string Phase, int LargestBody)
{
    /// <summary>Publishes signed ephemeral keys.</summary>
    public static RoundStep Advertise { get; } = new("advertise", RoundStages.AdvertiseKeys, 4 * 1024);

    /// <summary>Sends encrypted shares, one for each other participant.</summary>
    public static RoundStep Share { get; } = new("share", RoundStages.ShareKeys, 256 * 1024);

    /// <summary>Uploads the masked vector behind the receipt that pays for it, see <see cref="MaskedUpload"/>.</summary>
    public static RoundStep Upload { get; } = new("upload", RoundStages.CollectMaskedInputs, (32 * 1024 * 1024) + (64 * 1024));

    /// <summary>Signs who has uploaded.</summary>
    public static RoundStep Consistency { get; } = new("consistency", RoundStages.CheckConsistency, 16 * 1024);

    /// <summary>Gives what removes the masks, once.</summary>
    public static RoundStep Unmask { get; } = new("unmask", RoundStages.Unmask, 64 * 1024);

    /// <summary>All, in order.</summary>
    public static ImmutableArray<RoundStep> All { get; } = [Advertise, Share, Upload, Consistency, Unmask];

    /// <summary>The step of that name, or null.</summary>
    /// <param name="name">As it stands in a path.</param>
    public static RoundStep? Find(string name) => All.FirstOrDefault(step => step.Name == name);
}
