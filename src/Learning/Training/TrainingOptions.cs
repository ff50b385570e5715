using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Learning.Training;

/// <summary>How a federated logistic model is trained; public, agreed by all before the first round.</summary>
public sealed record TrainingOptions
{
    private TrainingOptions()
    {
    }

    /// <summary>Training rounds; 1 to 10,000.</summary>
    public int Rounds { get; private init; }

    /// <summary>Full-batch gradient steps that each party makes in a round; 1 to 1,000.</summary>
    public int LocalSteps { get; private init; }

    /// <summary>Step length on the mean clipped gradient; finite, above zero.</summary>
    public double LearningRate { get; private init; }

    /// <summary>Share of the last step's movement that is kept within a round; at least 0, below 1.</summary>
    public double Momentum { get; private init; }

    /// <summary>Weight of the squared parameters in the loss; zero or more. Needs no data, so it costs nothing.</summary>
    public double Ridge { get; private init; }

    /// <summary>The norm that each record's gradient is clipped to.</summary>
    public ClipNorm GradientClip { get; private init; }

    /// <summary>The norm that a party's update is clipped to before it is shared.</summary>
    public ClipNorm UpdateClip { get; private init; }

    /// <summary>The noise on each step, or null for training without privacy (<c>--epsilon none</c>).</summary>
    public GradientNoise? Noise { get; private init; }

    /// <summary>What one round costs one record of a party that takes part; null without noise: then there is no finite epsilon, and the update is a disclosure.</summary>
    public RenyiLoss? RoundLoss => Noise?.Loss(LocalSteps);

    /// <summary>Checks options.</summary>
    /// <param name="rounds">1 to 10,000.</param>
    /// <param name="localSteps">1 to 1,000.</param>
    /// <param name="learningRate">Finite, above zero.</param>
    /// <param name="gradientClip">For each record's gradient.</param>
    /// <param name="updateClip">For each party's update.</param>
    /// <param name="noise">Null for none.</param>
    /// <param name="momentum">At least 0, below 1.</param>
    /// <param name="ridge">Zero or more.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of its range.</exception>
    public static TrainingOptions Create(
        int rounds, int localSteps, double learningRate, ClipNorm gradientClip, ClipNorm updateClip, GradientNoise? noise, double momentum = 0, double ridge = 0)
    {
        Require(rounds is >= 1 and <= 10_000, nameof(rounds), rounds, "There are 1 to 10,000 rounds.");
        Require(localSteps is >= 1 and <= 1_000, nameof(localSteps), localSteps, "There are 1 to 1,000 local steps.");
        Require(learningRate > 0 && double.IsFinite(learningRate), nameof(learningRate), learningRate, "A learning rate is a finite number above zero.");
        Require(momentum is >= 0 and < 1, nameof(momentum), momentum, "A momentum is at least 0 and below 1.");
        Require(ridge >= 0 && double.IsFinite(ridge), nameof(ridge), ridge, "A ridge weight is a finite number, zero or more.");
        Require(gradientClip.Value > 0, nameof(gradientClip), gradientClip.Value, "The gradient's clipping norm is missing.");
        Require(updateClip.Value > 0, nameof(updateClip), updateClip.Value, "The update's clipping norm is missing.");
        return new TrainingOptions
        {
            Rounds = rounds,
            LocalSteps = localSteps,
            LearningRate = learningRate,
            Momentum = momentum,
            Ridge = ridge,
            GradientClip = gradientClip,
            UpdateClip = updateClip,
            Noise = noise,
        };
    }

    /// <summary>The options' name in agreements and charges: the part of a computation's digest that says how it is trained.</summary>
    /// <returns>SHA-256 over every figure in round-trip form, 64 lower-case hex digits.</returns>
    public string Digest()
    {
        var text = $"privacygrains.training-options.v1|{Rounds}|{LocalSteps}|{LearningRate:R}|{Momentum:R}|{Ridge:R}|{GradientClip.Value:R}|{UpdateClip.Value:R}|{Noise?.Variance ?? 0}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static void Require(bool good, string name, double value, string message)
    {
        if (!good)
        {
            throw new ArgumentOutOfRangeException(name, value, message);
        }
    }
}
