using System.Collections.Immutable;
using System.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace PrivacyGrains.Privacy.Accounting.Distributions;

/// <summary>The loss of several releases together: the sum of independent losses, by one Fourier transform of tilted masses.</summary>
/// <remarks>
/// <para>Masses are tilted by e^(s l), s chosen so that the tilted sum lies around the epsilon that is sought (Cramer's transform): then a transform in double precision has its precision there, and a window of few deviations holds
/// all but what is counted. Composition by transform: Koskela, Jalko, Honkela, "Computing Tight Differential Privacy Guarantees Using FFT", AISTATS 2020.</para>
/// <para>What the result adds to delta: the mass of infinite losses; Chernoff's bound of what lies above the window; a bound of the transforms' rounding. Mass from below the window can only be counted too high.</para>
/// </remarks>
internal sealed class ComposedLoss
{
    private const double Outside = 25; // e^-25 of the tilted mass may lie beyond either end of the window
    private const int MostPoints = 1 << 22;
    private const double Sharp = 1e-4; // of delta
    private const int MostLooks = 16;
    private const double Least = 1.0 / 4096; // of s: losses are tens of nats, not thousands

    private readonly ImmutableArray<(LossGrid Loss, long Count)> _parts;
    private readonly double _step;

    /// <summary>Takes what is composed.</summary>
    /// <param name="parts">Losses over grids of one step, each with how often it happens.</param>
    public ComposedLoss(ImmutableArray<(LossGrid Loss, long Count)> parts)
    {
        _parts = parts;
        _step = parts[0].Loss.Step;
        Infinite = parts is [{ Count: 1 } one] ? one.Loss.Infinite : -double.ExpM1(parts.Sum(part => part.Count * double.LogP1(-part.Loss.Infinite)));
        Repeats = parts.Sum(part => (double)part.Count);
    }

    /// <summary>Mass at infinite loss.</summary>
    public double Infinite { get; }

    /// <summary>How many releases.</summary>
    public double Repeats { get; }

    /// <summary>The least epsilon, zero or more, at a delta.</summary>
    /// <param name="delta">Above 0, below 1.</param>
    /// <returns>Positive infinity where infinite losses alone are more likely than delta.</returns>
    public double Epsilon(double delta)
    {
        if (Infinite > delta)
        {
            return double.PositiveInfinity;
        }

        // At the greatest finite loss, only infinite ones count.
        var top = Math.Max(0, _parts.Sum(part => part.Count * (part.Loss.First + part.Loss.Masses.Length - 1) * _step) * (1 + 1e-12));
        return Infinite == delta ? top : Math.Min(top, Look(delta));
    }

    private double Look(double delta)
    {
        var (tilt, best) = (BestTilt(delta - Infinite), double.PositiveInfinity);
        for (var attempt = 0; ; attempt++)
        {
            var found = Window.Of(this, tilt).Epsilon(delta - Infinite);
            best = found is { } one ? Math.Min(best, Math.Max(0, one.Epsilon)) : best;
            if (found is { IsSharp: true } || tilt == 0 || (attempt >= MostLooks && double.IsFinite(best)))
            {
                return best; // each look gives an upper bound
            }

            tilt = attempt < 40 ? tilt / 1.5 : 0; // the answer lies below the window, or so far below its middle that rounding drowns it
        }
    }

    /// <summary>All masses of the sum on the grid, for a release inside another: what is cut off, and a bound of rounding, count as infinite loss.</summary>
    public LossGrid ToGrid()
    {
        var window = Window.Of(this, 0);
        return LossGrid.From(_step, window.First, window.Masses, Math.Min(1, Infinite + window.Above + window.Rounding));
    }

    // About the s that minimises the bound (ln E[e^(s l)] - ln delta) / s, but no greater than a thousandth of the bound is worth: the more tilt, the narrower the window.
    private double BestTilt(double delta)
    {
        double Bound(double s) => (LogMoment(s) - Math.Log(delta)) / s;
        var (least, at) = Valley(Bound);
        while (at > Least && Bound(at / 1.25) <= least + (1e-3 * Math.Max(1, Math.Abs(least))))
        {
            at /= 1.25;
        }

        return at;
    }

    // Where all but e^-25 of the tilted sum ends, above (1) or below (-1): Chernoff's bound at about its best s.
    private double End(double tilt, double log, int side) => side * Valley(s => (LogMoment(tilt + (side * s)) - log + Outside) / s).Value;

    // The least of a function of s > 0 with one valley, by octaves: callers' bounds hold at any s.
    private (double Value, double At) Valley(Func<double, double> bound)
    {
        var (best, at) = (double.PositiveInfinity, 1.0);
        for (var s = Least; s <= 30 / _step; s *= 2)
        {
            var value = bound(s);
            if (value > best)
            {
                break;
            }

            (best, at) = (value, s);
        }

        return (best, at);
    }

    // ln E[e^(s l)] over finite losses.
    private double LogMoment(double s) => _parts.Sum(part => part.Count * LogMoment(part.Loss, s));

    private static double LogMoment(LossGrid loss, double s)
    {
        // From the end with the greatest factor, so that factors only fall.
        var (masses, last) = (loss.Masses, loss.Masses.Length - 1);
        var ratio = Math.Exp(-Math.Abs(s) * loss.Step);
        Span<double> powers = stackalloc double[Vector<double>.Count];
        for (var i = 0; i < powers.Length; i++)
        {
            powers[s >= 0 ? powers.Length - 1 - i : i] = Math.Pow(ratio, i);
        }

        var (factors, fall, sums) = (new Vector<double>(powers), Math.Pow(ratio, powers.Length), Vector<double>.Zero);
        var at = 0;
        for (; at + powers.Length <= masses.Length; at += powers.Length)
        {
            sums += factors * new Vector<double>(masses, s >= 0 ? masses.Length - at - powers.Length : at);
            factors *= fall;
        }

        var (sum, factor) = (Vector.Sum(sums), s >= 0 ? factors[powers.Length - 1] : factors[0]);
        for (; at <= last; at++, factor *= ratio)
        {
            sum += factor * masses[s >= 0 ? last - at : at];
        }

        return Math.Log(sum) + (s * loss.Step * (loss.First + (s >= 0 ? last : 0)));
    }

    private static double[] Tilted(LossGrid loss, double s)
    {
        var pivot = s >= 0 ? loss.Masses.Length - 1 : 0;
        var tilted = new double[loss.Masses.Length];
        for (var i = 0; i < tilted.Length; i++)
        {
            tilted[i] = loss.Masses[i] == 0 ? 0 : loss.Masses[i] * Math.Exp(s * loss.Step * (i - pivot));
        }

        var sum = tilted.Sum();
        for (var i = 0; i < tilted.Length; i++)
        {
            tilted[i] /= sum;
        }

        return tilted;
    }

    private sealed class Window
    {
        private readonly double _step;
        private readonly double _tilt;
        private readonly double _log;
        private readonly double _noise;

        private Window(double step, double tilt, double log, long first, double[] masses, double above, double noise)
        {
            (_step, _tilt, _log, First, Masses, Above, _noise) = (step, tilt, log, first, masses, above, noise);
        }

        /// <summary>The place of the window's first point.</summary>
        public long First { get; }

        /// <summary>Tilted masses.</summary>
        public double[] Masses { get; }

        /// <summary>Untilted mass above the window, at most.</summary>
        public double Above { get; }

        /// <summary>What rounding may have taken from all masses, at most, if untilted.</summary>
        public double Rounding => _noise;

        public static Window Of(ComposedLoss sum, double tilt)
        {
            var log = sum.LogMoment(tilt);
            var (top, bottom) = (sum.End(tilt, log, 1), sum.End(tilt, log, -1));
            var first = (long)Math.Floor(bottom / sum._step);
            var wanted = Math.Ceiling(top / sum._step) + 2 - first;
            if (wanted > MostPoints)
            {
                throw new Plans.PlanRefusedException("account.too-wide", "The sum of the plan's losses spans more than a grid of its precision holds: use --accountant rdp.");
            }

            var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1024, wanted));
            var product = new Complex[size];
            Array.Fill(product, Complex.One);
            foreach (var (loss, count) in sum._parts)
            {
                var masses = Tilted(loss, tilt);
                var transform = new Complex[size];
                for (var i = 0; i < masses.Length; i++)
                {
                    transform[Wrap(loss.First + i, size)] += masses[i];
                }

                Fourier.Forward(transform, FourierOptions.NoScaling);
                for (var i = 0; i < size; i++)
                {
                    product[i] *= Power(transform[i], count);
                }
            }

            Fourier.Inverse(product, FourierOptions.NoScaling);
            var result = new double[size];
            for (var i = 0; i < size; i++)
            {
                result[i] = Math.Max(0, product[Wrap(first + i, size)].Real / size);
            }

            // Chernoff: P(L > top) <= E[e^(s l)] e^(-s top) times what the tilted sum has above the top.
            var above = Math.Exp(log - (tilt * (first + size) * sum._step) - Outside);
            var noise = 2.3e-16 * (sum.Repeats + 16) * BitOperations.Log2((uint)size) * Math.Sqrt(size);
            return new Window(sum._step, tilt, log, first, result, above, noise);
        }

        /// <summary>The least epsilon in the window, and whether it owes nothing to the bounds of rounding and of what lies above; null where it lies below.</summary>
        public (double Epsilon, bool IsSharp)? Epsilon(double delta)
        {
            double mass = 0, reference = 0; // of losses above epsilon: under P, and under Q times e^(its loss at the pivot)
            for (var i = Masses.Length - 1; i >= 0; i--)
            {
                var loss = (First + i) * _step;
                // Between this point and the one below: delta(eps) = mass - e^(eps - loss) * reference.
                var weight = Masses[i] * Math.Exp(_log - (_tilt * loss));
                (mass, reference) = (mass + weight, (reference * Math.Exp(-_step)) + weight);
                var below = loss - _step;
                var extra = Above + (_noise * Math.Exp(_log - (_tilt * below)));
                if (mass - (Math.Exp(-_step) * reference) + extra > delta)
                {
                    // The answer lies in this cell, or at its upper end where extra alone grew too much.
                    var epsilon = loss + Math.Log(Math.Max(double.Epsilon, mass + extra - delta) / reference);
                    return (reference > 0 ? Math.Clamp(epsilon, below, loss) + (1e-12 * (1 + Math.Abs(loss))) : loss, extra <= Sharp * delta);
                }

                if (below <= 0)
                {
                    return (0, true);
                }
            }

            return null;
        }

        private static int Wrap(long place, int size) => (int)(((place % size) + size) % size);

        private static Complex Power(Complex value, long count)
        {
            if (count == 1)
            {
                return value;
            }

            var magnitude = value.Magnitude;
            return magnitude == 0 ? Complex.Zero : Complex.FromPolarCoordinates(Math.Exp(count * Math.Log(magnitude)), Math.IEEERemainder(count * value.Phase, 2 * Math.PI));
        }
    }
}
