using System.Globalization;
using System.Numerics;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Scoring;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>What grains say about encrypted scoring, as messages.</summary>
internal static class EncryptedModelBodies
{
    private static readonly string[] SealVersions = ["3.6 to 3.7", "4"];

    public static EncryptedModelBody Of(EncryptedModelView view) => new(view.Model, view.Owner, [.. view.Versions.Select(Of)], Of(view.Quota));

    public static ScoringQuotaBody Of(QuotaView quota) => new(quota.Credential, quota.Rows, quota.Used, quota.Left);

    public static KeySetBody Of(KeySetView set) =>
        new(set.KeySet, set.Model, set.ParametersId, [.. set.Keys.Select(k => new UploadedKeysBody(k.Kind, k.Digest, k.Bytes, k.SealVersion))], set.CreatedAt, set.ExpiresAt);

    private static EncryptedVersionBody Of(EncryptedVersionView v) => new(
        v.Version, v.Digest, v.Inputs, [.. v.Features], [.. v.Ranges.Select(r => new FeatureScaleBody(r.Feature, r.Lower, r.Upper))], v.InputBound, v.Outputs, v.Output, v.Link,
        new CkksParametersBody(
            v.Degree, [.. v.Primes.Select(p => p.ToString(CultureInfo.InvariantCulture))], [.. v.Primes.Select(p => 64 - BitOperations.LeadingZeroCount(p))], v.ParametersId, SealVersions),
        [.. v.Layouts.Select(Of)], v.Note, v.Status, v.At);

    private static EncryptedLayoutBody Of(EncryptedLayoutView l) => new(
        l.Layout, l.Ciphertexts, l.Answers, l.RowsCounted, l.Period, l.PrimeCount, l.LeastPrimeCount, l.Scale,
        [KeyKinds.Public, .. l.NeedsRelinearization ? (string[])[KeyKinds.Relinearization] : [], .. l.Steps.IsEmpty ? (string[])[] : [KeyKinds.Galois]],
        [.. l.Steps], l.AnswerBound, l.ErrorBound, l.FloodingBits);
}
