using System.Text;
using System.Text.Json;

namespace PrivacyGrains.Privacy.Accounting.Plans;

/// <content>Writing a plan: what <see cref="Read(string)"/> reads as the same plan.</content>
public static partial class PlanJson
{
    /// <summary>A plan as JSON without spaces, as charges carry it.</summary>
    /// <param name="plan">Figures in the ranges that <see cref="Read(string)"/> takes.</param>
    /// <returns>The text.</returns>
    /// <exception cref="ArgumentException">The plan has an event of a private selection.</exception>
    public static string Write(PrivacyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("neighbors", RelationNames.Of(plan.Relation));
            Write(json, plan.Events);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, IEnumerable<PrivacyEvent> events)
    {
        json.WriteStartArray("events");
        foreach (var each in events)
        {
            Write(json, each);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, PrivacyEvent each)
    {
        (string Kind, (string Name, double Value)[] Figures, PrivacyEvent? Inner) written = each switch
        {
            PrivacyEvent.Gaussian e => ("gaussian", [("noiseMultiplier", e.NoiseMultiplier)], null),
            PrivacyEvent.DiscreteGaussian e => ("discrete-gaussian", [("sigma", e.Sigma), ("sensitivity", e.Sensitivity)], null),
            PrivacyEvent.Laplace e => ("laplace", [("noiseMultiplier", e.NoiseMultiplier)], null),
            PrivacyEvent.DiscreteLaplace e => ("discrete-laplace", [("a", e.A), ("sensitivity", e.Sensitivity)], null),
            PrivacyEvent.RandomizedResponse e => ("randomized-response", [("noise", e.Noise), ("buckets", e.Buckets)], null),
            PrivacyEvent.Exponential e => ("exponential", [("epsilon", e.Epsilon)], null),
            PrivacyEvent.Pure e => ("pure", [("epsilon", e.Epsilon)], null),
            PrivacyEvent.Approximate e => ("approximate", [("epsilon", e.Epsilon), ("delta", e.Delta)], null),
            PrivacyEvent.Zcdp e => ("zcdp", [("rho", e.Rho)], null),
            PrivacyEvent.Poisson e => ("poisson", [("probability", e.Probability)], e.Inner),
            PrivacyEvent.WithoutReplacement e => ("without-replacement", [("population", e.Population), ("sample", e.Sample)], e.Inner),
            PrivacyEvent.Repeat e => ("repeat", [("count", e.Count)], e.Inner),
            PrivacyEvent.Compose => ("compose", [], null),
            _ => throw new ArgumentException($"A {each.GetType().Name} event is not written.", nameof(each)),
        };
        json.WriteStartObject();
        json.WriteString("kind", written.Kind);
        foreach (var (name, value) in written.Figures)
        {
            json.WriteNumber(name, value);
        }

        if (each is PrivacyEvent.Compose composed)
        {
            Write(json, composed.Events);
        }
        else if (written.Inner is not null)
        {
            json.WritePropertyName("event");
            Write(json, written.Inner);
        }

        json.WriteEndObject();
    }
}
