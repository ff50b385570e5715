using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Grains.Consortium;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>What a registration must be, beside a model that can be computed. Pure; every refusal names the field.</summary>
internal static class RegistrationRules
{
    /// <summary>The most bytes of a model's JSON.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private static readonly string[] Links = ["identity", "sigmoid", "softmax"];

    /// <summary>What is wrong before the model is read, or null.</summary>
    public static Refusal? Check(EncryptedModelRegistration registration) =>
        registration.Model.Length is < 1 or > MostBytes ? Invalid("model", $"has 1 to {MostBytes} bytes of JSON; this one has {registration.Model.Length}")
        : registration.Rows is < 0 or > EncryptedModelBook.MostRows ? Invalid("rows", $"are 0 to {EncryptedModelBook.MostRows} for each credential")
        : registration.Note is not { Length: <= 200 } || registration.Note.Any(char.IsControl) ? Invalid("note", "has at most 200 characters, in one line")
        : !Links.Contains(registration.Link) ? Invalid("link", "is identity, sigmoid or softmax")
        : registration.Degree == 0 && !registration.PrimeBits.IsDefaultOrEmpty ? Invalid("primeBits", "go with a degree; leave both out for the service's choice")
        : null;

    /// <summary>What is wrong with the scaling of a model's features, or null.</summary>
    public static Refusal? Check(EncryptedModelRegistration registration, EncryptedModel model)
    {
        var ranges = registration.Ranges;
        if (registration.Link == "sigmoid" && model.Output is ModelOutput.Logistic)
        {
            return Invalid("link", "is identity where the model itself ends in a sigmoid");
        }

        if (ranges.IsDefaultOrEmpty)
        {
            return null;
        }

        if (ranges.Length != model.Inputs)
        {
            return Invalid("ranges", $"are one for each of the {model.Inputs} inputs, or none; these are {ranges.Length}");
        }

        for (var i = 0; i < ranges.Length; i++)
        {
            if (!double.IsFinite(ranges[i].Lower) || !double.IsFinite(ranges[i].Upper) || ranges[i].Lower >= ranges[i].Upper)
            {
                return Invalid($"ranges[{i}]", "goes from a finite number up to a greater one");
            }

            if (model.Names.IsEmpty ? ranges[i].Feature is not { Length: >= 1 and <= 128 } : ranges[i].Feature != model.Names[i])
            {
                return Invalid($"ranges[{i}].feature", model.Names.IsEmpty ? "has 1 to 128 characters" : $"is {model.Names[i]}, as the model's names say");
            }
        }

        return model.InputBound < 1 ? Invalid("model.inputBound", "is at least 1 where features are scaled to [-1, 1]") : null;
    }

    /// <summary>Whether a request may be called so.</summary>
    public static bool IsRequestId(string? id) => id is { Length: >= 1 and <= 64 } && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>What the audit log says about a model's shape; no number of it.</summary>
    public static string ShapeOf(EncryptedModel model) => $"{model.Inputs} inputs, {string.Join(", ", model.Layers.Select(l => l is DenseLayer d ? $"dense {d.Inputs} x {d.Outputs}" : $"degree {((PolynomialLayer)l).Degree}"))}";

    /// <summary>Whether a model may be called so.</summary>
    public static bool IsName(string name) => CredentialRules.IsId(name);

    private static Refusal Invalid(string field, string message) => new("scoring.bad-registration", $"{field} {message}.", RefusalKind.Invalid);
}
