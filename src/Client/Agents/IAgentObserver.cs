namespace PrivacyGrains.Client.Agents;

/// <summary>Where an agent stands. Names of the past are told after the fact; <see cref="Joining"/> and <see cref="Uploading"/> before.</summary>
public enum AgentStep
{
    /// <summary>The agent runs, and what earlier runs left is settled as far as it could be.</summary>
    Started = 0,

    /// <summary>The gateway does not answer, or not now; the agent goes on asking.</summary>
    Waiting = 1,

    /// <summary>A round's plan and roster were verified and its computation may be answered; nothing is reserved or sent yet.</summary>
    Joining = 2,

    /// <summary>The charge is held in the party's ledger.</summary>
    Reserved = 3,

    /// <summary>The round has this party's signed keys.</summary>
    Advertised = 4,

    /// <summary>The round has this party's encrypted shares.</summary>
    Shared = 5,

    /// <summary>The masked input is made; the charge is not yet committed and nothing of it is sent. Who stops here is refunded.</summary>
    Uploading = 6,

    /// <summary>The charge is committed: it stands from here on, whatever comes.</summary>
    Committed = 7,

    /// <summary>The round has the masked input.</summary>
    Uploaded = 8,

    /// <summary>This party has signed who survived.</summary>
    Confirmed = 9,

    /// <summary>This party has given what removes the masks, once.</summary>
    Unmasked = 10,

    /// <summary>The round has its sum, and this party's input is in it.</summary>
    Completed = 11,

    /// <summary>The round ended without a sum.</summary>
    Aborted = 12,

    /// <summary>The round goes on, or went on, without this party.</summary>
    Dropped = 13,

    /// <summary>The party does not answer what it is asked, and has said so to the coordinator; the detail begins with the code.</summary>
    Refused = 14,

    /// <summary>The gateway failed in mid-round, so the party is out of it; what it holds is settled later.</summary>
    Interrupted = 15,

    /// <summary>A round's charge has found its end; the detail is its status: <c>committed</c>, <c>refunded</c>, <c>aborted-committed</c>, or <c>none</c>.</summary>
    Settled = 16,
}

/// <summary>One thing that happened to an agent.</summary>
/// <param name="Party">Whose agent.</param>
/// <param name="Step">What.</param>
/// <param name="Owner">The job or query whose round it was; empty where it was none.</param>
/// <param name="Number">The round's number; 0 where it was none.</param>
/// <param name="Session">The round's session, which is also the charge's id; empty where it was none.</param>
/// <param name="Detail">More, for the party's own people: it may name a row and column of their file.</param>
public sealed record AgentEvent(string Party, AgentStep Step, string Owner = "", int Number = 0, string Session = "", string Detail = "");

/// <summary>Hears what an agent does.</summary>
public interface IAgentObserver
{
    /// <summary>The agent waits until this has returned. What it throws ends the agent, as a crash would.</summary>
    /// <param name="happened">What happened, or is about to.</param>
    /// <param name="cancel">The agent is being stopped.</param>
    Task OnPhaseAsync(AgentEvent happened, CancellationToken cancel);
}
