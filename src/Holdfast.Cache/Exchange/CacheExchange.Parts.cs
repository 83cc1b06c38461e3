using Holdfast.Cache.Decisions;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <content>What a response that is to be stored says (RFC 9111 sections 3.1 and 3.4).</content>
public sealed partial class CacheExchange
{
    private ResponseBuilder BeginStored<T>(T fields, in ResponseFacts facts, Storability storability, long requested, long received)
        where T : IFields
    {
        _scratch.Clear();
        SelectingFields.Write(_scratch, fields, _visitor);
        var made = ResponseBuilder.Begin(_key.Written, _scratch.Written, fields, facts, storability.Freshness, requested, received, _began);
        if (!facts.Part.IsUsable || store.FindLike(_key.Written, _scratch.Written) is not { } present || !made.IsPartOf(present))
        {
            return made;
        }

        // A part of what is stored: its fields take the place of the stored ones, of which the others stay.
        FieldUpdate.Merge(present, fields, _merged);
        var merged = ResponseFacts.Of(present.Status, _merged, received / 1000);
        var freshness = Freshness.Of(merged, _policy.Profile);
        return ResponseBuilder.Begin(_key.Written, _scratch.Written, _merged, merged, freshness, requested, received, _began);
    }
}
