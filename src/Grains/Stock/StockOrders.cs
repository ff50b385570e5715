using System.Collections.Immutable;
using PrivacyGrains.Grains.Inference;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Stock;

/// <summary>A pool whose members and epoch are the consortium's.</summary>
internal sealed record CheckedPool(StockTerms Terms, Roster Roster)
{
    /// <summary>The pool's name.</summary>
    public string Name => Roster.Terms.Session.Value;
}

/// <summary>Turns an order, which carries primitives, into a pool. Every side does so for itself.</summary>
internal static class StockOrders
{
    /// <summary>The order that serves a session.</summary>
    public static StockOrder Of(StockTerms terms, long epoch) => new(epoch, terms.Preprocessing.ToBytes(), [.. terms.ComputeParties.Select(party => party.Value)], terms.Dealer.Value);

    /// <summary>What an order's lots are made of.</summary>
    public static (StockTerms? Terms, Refusal? Refusal) Terms(StockOrder order)
    {
        if (order.ComputeParties.IsDefaultOrEmpty || order.ComputeParties.Length > 64 || order.ComputeParties.Append(order.Dealer).Any(name => !PartyId.TryCreate(name, out _)))
        {
            return (null, new Refusal("stock.bad-order", "An order names 2 to 64 compute parties and a dealer.", RefusalKind.Invalid));
        }

        return PreprocessingPlan.Parse(order.Preprocessing.Span).Try(out var preprocessing, out var fault)
            ? (new StockTerms(preprocessing, [.. order.ComputeParties.Select(PartyId.Create)], PartyId.Create(order.Dealer)), null)
            : (null, fault.AsRefusal());
    }

    /// <summary>Checks an order against the consortium as it is now.</summary>
    public static (CheckedPool? Pool, Refusal? Refusal) Check(StockOrder order, ConsortiumView consortium)
    {
        var (terms, refusal) = Terms(order);
        if (terms is null)
        {
            return (null, refusal);
        }

        if (order.Epoch != consortium.Epoch)
        {
            return (null, new Refusal("stock.stale-epoch", $"The order is of epoch {order.Epoch}; the consortium is in epoch {consortium.Epoch}. Order anew."));
        }

        var keys = consortium.Members.Where(member => member.Status == "member")
            .ToImmutableDictionary(member => PartyId.Create(member.Party), member => VerificationKey.Create(member.VerificationKey.Span));
        return terms.MakeRoster(consortium.Consortium, consortium.Epoch, keys).Try(out var roster, out var fault)
            ? (new CheckedPool(terms, roster), null)
            : (null, fault.AsRefusal());
    }
}
