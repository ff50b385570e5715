namespace PrivacyGrains.Privacy.Accounting.Losses;

/// <summary>What sampling makes of a loss: a monotone map of the privacy losses l = ln(P/Q) of a pair, with what it does to their masses.</summary>
/// <remarks>
/// For neighbours that differ in one record, which is in the sample with probability q, a dominating pair (P, Q) becomes ((1-q) Q + q P, Q) where the record is removed and (P, (1-q) P + q Q) where it is
/// added: Zhu, Dong, Wang, "Optimal Accounting of Differential Privacy via Characteristic Function", AISTATS 2022, theorem 11. Both hold for any pair that dominates in both directions.
/// </remarks>
internal abstract class LossMap
{
    /// <summary>No sampling.</summary>
    public static LossMap Identity { get; } = new IdentityMap();

    /// <summary>The record is removed: losses are ln(1 - q + q e^l), above ln(1 - q).</summary>
    public static LossMap Remove(double q) => new RemoveMap(q);

    /// <summary>The record is added: losses are -ln(1 - q + q e^-l), below -ln(1 - q).</summary>
    public static LossMap Add(double q) => new AddMap(q);

    /// <summary>The removed record's losses, mirrored: what the second distribution of <see cref="Remove"/> is to the first, as seen from the second. Falls as the loss rises.</summary>
    public static LossMap Mirror(double q) => new MirrorMap(q);

    /// <summary>The loss after sampling; infinite losses have their limits.</summary>
    public abstract double Map(double loss);

    /// <summary>The loss before sampling; infinite where nothing has that loss.</summary>
    public abstract double Inverse(double mapped);

    /// <summary>ln of the new first distribution over P, at a loss before sampling.</summary>
    public abstract double LogWeight(double loss);

    /// <summary>The new first distribution's mass of a set, from its masses under P and Q.</summary>
    public abstract double Mass(double underP, double underQ);

    private static double Mixed(double q, double loss) => loss switch
    {
        double.PositiveInfinity => loss,
        double.NegativeInfinity => double.LogP1(-q),
        > 40 => loss + Math.Log(q) + double.LogP1((1 - q) / q * Math.Exp(-loss)),
        _ => q == 1 ? loss : double.LogP1(q * double.ExpM1(loss)),
    };

    // The l with ln(1 - q + q e^l) = mapped.
    private static double Unmixed(double q, double mapped)
    {
        if (q == 1)
        {
            return mapped;
        }

        if (mapped > 40)
        {
            return mapped - Math.Log(q) + double.LogP1(-(1 - q) * Math.Exp(-mapped));
        }

        var scaled = double.ExpM1(mapped) / q;
        return scaled <= -1 ? double.NegativeInfinity : double.LogP1(scaled);
    }

    private sealed class IdentityMap : LossMap
    {
        public override double Map(double loss) => loss;

        public override double Inverse(double mapped) => mapped;

        public override double LogWeight(double loss) => 0;

        public override double Mass(double underP, double underQ) => underP;
    }

    private sealed class RemoveMap(double q) : LossMap
    {
        public override double Map(double loss) => Mixed(q, loss);

        public override double Inverse(double mapped) => Unmixed(q, mapped);

        public override double LogWeight(double loss) => Mixed(q, loss) - loss;

        public override double Mass(double underP, double underQ) => ((1 - q) * underQ) + (q * underP);
    }

    private sealed class AddMap(double q) : LossMap
    {
        public override double Map(double loss) => -Mixed(q, -loss);

        public override double Inverse(double mapped) => -Unmixed(q, -mapped);

        public override double LogWeight(double loss) => 0;

        public override double Mass(double underP, double underQ) => underP;
    }

    private sealed class MirrorMap(double q) : LossMap
    {
        public override double Map(double loss) => -Mixed(q, loss);

        public override double Inverse(double mapped) => Unmixed(q, -mapped);

        public override double LogWeight(double loss) => -loss;

        public override double Mass(double underP, double underQ) => underQ;
    }
}
