using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Client.Inferences;

/// <summary>Questions some of whose inputs all compute parties know: the asker states their digest, and every side holds what it gets against it.</summary>
public static class PublicQuestion
{
    /// <summary>The question with an input named by the digest that its giver made known.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="slot">Which input.</param>
    /// <param name="digest">As <see cref="PublicInputs.Digest"/> makes it.</param>
    public static InferenceQuestion WithPublic(this InferenceQuestion question, string slot, string digest)
    {
        ArgumentNullException.ThrowIfNull(question);
        return question with { Inputs = [.. question.Inputs.Select(input => input.Slot == slot ? input with { PublicDigest = digest } : input)] };
    }

    /// <summary>The question with an input that the asker knows, named by its digest.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="slot">Which input.</param>
    /// <param name="values">As <see cref="JointInference.ProvideAsync"/> takes them.</param>
    /// <exception cref="ArgumentException">There is no such input, or the values do not fit it.</exception>
    public static InferenceQuestion WithPublic(this InferenceQuestion question, string slot, ReadOnlySpan<double> values)
    {
        ArgumentNullException.ThrowIfNull(question);
        var input = question.Inputs.FirstOrDefault(candidate => candidate.Slot == slot) ?? throw new ArgumentException($"There is no input '{slot}'.", nameof(slot));
        return question.WithPublic(slot, PublicInputs.Digest(question.Plan, Of(input), values));
    }

    private static StatementInput Of(InputSlotBody input) => new(input.Slot, PartyId.Create(input.Party), input.Columns.Count, input.Counted);
}
