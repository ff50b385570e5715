using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference.Layers;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>One kind of layer of a planned model. Public: kinds, sizes and stated bounds, no weights.</summary>
/// <remarks>
/// A kind is one file under <c>Layers</c> and one row of <see cref="LayerTable"/>. Its members are pure and agree with each other: <see cref="Script"/> takes what <see cref="Requests"/> lists, in that order and
/// all of it before its first round is answered (branches run side by side, and correlations have one order), and yields as many rounds of as many words as <see cref="WordsPerRound"/> says. Elements have the
/// plan's fractional bits where a layer begins and where it ends, but for a product that is left untruncated, by its <see cref="ProductBits"/>, to a layer that <see cref="TakesUntruncated"/>.
/// </remarks>
public abstract record PlanLayer
{
    private protected PlanLayer()
    {
    }

    /// <summary>The kind's name, as <c>dense</c>.</summary>
    public abstract string Name { get; }

    /// <summary>max(x, 0), element by element.</summary>
    public static PlanLayer Relu { get; } = new ReluLayer();

    /// <summary>1 / (1 + e^-x), element by element, within 2^-10.</summary>
    public static PlanLayer Sigmoid { get; } = new SigmoidLayer();

    /// <summary>The kind's number in the canonical bytes; never reused.</summary>
    internal abstract byte Kind { get; }

    /// <summary>y = x W + b over the last dimension, with weights and biases of bounded size.</summary>
    /// <param name="outputs">Columns of W, at least 1.</param>
    /// <param name="secretWeights">Whether the weights are shared (a product of shares) or known to all parties (a local product).</param>
    /// <param name="weightBound">Every |weight| is at most this; positive.</param>
    /// <param name="biasBound">Every |bias| is at most this; not negative.</param>
    /// <param name="columnBound">The absolute values of no column of W add up to more; null where no more is known than <paramref name="weightBound"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside, is NaN or infinite.</exception>
    public static PlanLayer Dense(int outputs, bool secretWeights, double weightBound, double biasBound, double? columnBound = null) =>
        DenseLayer.Create(outputs, secretWeights, new LinearBounds(weightBound, biasBound, columnBound));

    /// <summary>By how many bits it truncates a product in its last round, where it can leave that to the layer that takes its value; else 0.</summary>
    internal virtual int ProductBits(PlanSetting setting, ImmutableArray<PlanValue> inputs) => 0;

    /// <summary>Whether it can take a product untruncated: <see cref="PlanValue.ExtraBits"/>.</summary>
    internal virtual bool TakesUntruncated => false;

    /// <summary>Whether it takes so many values.</summary>
    internal virtual bool Takes(int inputs) => inputs == 1;

    /// <summary>Shape and range of what it makes, proven from those of what it takes; or why it cannot.</summary>
    internal abstract PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs);

    /// <summary>The tensors that it takes beside values.</summary>
    internal virtual ImmutableArray<LayerParameter> Parameters(PlanSetting setting, ImmutableArray<PlanValue> inputs) => [];

    /// <summary>The elements of each matrix of secret weights that products of shares are made with, and that can be opened under a mask beforehand: runs of the first parameter.</summary>
    internal virtual ImmutableArray<int> MaskedLengths(PlanSetting setting, ImmutableArray<PlanValue> inputs) => [];

    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    internal virtual ImmutableArray<CorrelationRequest> Requests(LayerPlace place) => [];

    /// <summary>Words to each peer, round by round; none where it is local.</summary>
    internal virtual ImmutableArray<int> WordsPerRound(LayerPlace place) => [];

    /// <summary>One party's side; leaves a share of <see cref="LayerPlace.Output"/>'s shape.</summary>
    internal abstract IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot);

    /// <summary>The same on plain doubles.</summary>
    /// <param name="place">Where it stands.</param>
    /// <param name="inputs">Row-major, of the inputs' shapes.</param>
    /// <param name="parameters">Row-major, of the parameters' shapes.</param>
    internal abstract double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters);

    /// <summary>Its canonical bytes after the kind's number.</summary>
    internal virtual void Write(WireWriter writer)
    {
    }
}
