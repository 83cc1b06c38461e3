using System.Text.Json.Nodes;
using Holdfast.Artifacts.Lists;
using Holdfast.Control.Access;
using Holdfast.Control.Accounts;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Lists;

/// <summary>What can be done with the account's lists.</summary>
internal static class ListOperations
{
    /// <summary>The route value that names a list.</summary>
    public const string ListParameter = "list_id";

    /// <summary>The route value that names an item.</summary>
    public const string ItemParameter = "item_id";

    /// <summary>The route value that names an operation.</summary>
    public const string OperationParameter = "operation_id";

    private const string Lists = AccountOperations.OneAccount + "/rules/lists";
    private const string OneList = Lists + "/{" + ListParameter + "}";
    private const string Items = OneList + "/items";

    private static readonly ApiSchema Id = ApiSchema.Text("The list's id.", "2c0fc9fa937b11eaa1b71c4d701ab86e");

    private static readonly ApiSchema Name = ApiSchema.Text("What rules call it, behind a dollar sign; it stays.", "offices");

    private static readonly ApiSchema Description = ApiSchema.Text("What it is for.", "Where our people sit");

    private static readonly ApiSchema Kind = ApiSchema.OneOf("What its items are; it stays.", [.. ListKinds.Names]);

    private static readonly ApiSchema List = ApiSchema.Object(
        ("id", Id),
        ("name", Name),
        ("description", Description),
        ("kind", Kind),
        ("num_items", ApiSchema.Whole("How many items it has.", 2)),
        ("num_referencing_filters", ApiSchema.Whole("How many rules name it.", 1)),
        ("created_on", ApiSchema.Time("When it was made.")),
        ("modified_on", ApiSchema.Time("When it or an item was last changed."))
    );

    private static readonly ApiSchema Address = ApiSchema.Text("Of an ip list: an address or a network.", "192.0.2.0/24");

    private static readonly ApiSchema Host = ApiSchema.Any(
        "Of a hostname list: url_hostname, such as example.com or *.example.com, and exclude_exact_hostname, true unless given.",
        null
    );

    private static readonly ApiSchema Asn = ApiSchema.Whole("Of an asn list: the number of an autonomous system.", 64_496);

    private static readonly ApiSchema Redirect = ApiSchema.Any(
        "Of a redirect list: source_url, target_url, and what else is said of it: status_code, include_subdomains, subpath_matching, preserve_query_string, preserve_path_suffix.",
        null
    );

    private static readonly ApiSchema Comment = ApiSchema.Text("What there is to say of it.", "the office");

    private static readonly ApiSchema Item = ApiSchema.Object(
        ("id", ApiSchema.Text("The item's id.", "34b12448945f11eaa1b71c4d701ab86e")),
        ("ip?", Address),
        ("hostname?", Host),
        ("asn?", Asn),
        ("redirect?", Redirect),
        ("comment?", Comment),
        ("created_on", ApiSchema.Time("When it was added.")),
        ("modified_on", ApiSchema.Time("When it was last changed."))
    );

    private static readonly ApiSchema NewItems = ApiSchema.List(
        ApiSchema.Object(("ip?", Address), ("hostname?", Host), ("asn?", Asn), ("redirect?", Redirect), ("comment?", Comment)) with
        {
            Example = new JsonObject { ["ip"] = "192.0.2.0/24", ["comment"] = "the office" },
        }
    );

    private static readonly ApiSchema Operation = ApiSchema.Object(
        ("operation_id", ApiSchema.Text("The operation, which can be asked for.", "4da8780eeb215e6cb7f48dd981c4ea02"))
    );

    private static readonly ApiParameter Confirmation = new(
        RowCounts.Parameter,
        ApiSchema.Whole("How many items the list will have: needed when that is none, or far more or fewer than it has.", 2)
    );

    public static ApiOperation All { get; } =
        new("GET", Lists, "lists-list", "List the account's lists, without their items")
        {
            Permission = PermissionGroups.RuleListsRead,
            Result = ApiSchema.List(List),
        };

    public static ApiOperation Create { get; } =
        new("POST", Lists, "lists-create", "Make a list")
        {
            Permission = PermissionGroups.RuleListsWrite,
            Body = ApiSchema.Object(("name", Name), ("kind", Kind), ("description?", Description)),
            Result = List,
        };

    public static ApiOperation Get { get; } =
        new("GET", OneList, "lists-get", "Show a list, without its items") { Permission = PermissionGroups.RuleListsRead, Result = List };

    public static ApiOperation Update { get; } =
        new("PUT", OneList, "lists-update", "Change a list's description")
        {
            Permission = PermissionGroups.RuleListsWrite,
            Body = ApiSchema.Object(("description?", Description)),
            Result = List,
        };

    public static ApiOperation Delete { get; } =
        new("DELETE", OneList, "lists-delete", "Delete a list that no rule names")
        {
            Permission = PermissionGroups.RuleListsWrite,
            Result = ApiSchema.Object(("id", Id)),
        };

    public static ApiOperation ListItems { get; } =
        new("GET", Items, "lists-list-items", "List a list's items by their values")
        {
            Permission = PermissionGroups.RuleListsRead,
            Description = "`result_info.cursors.after` is there when more items follow: send it as `cursor`.",
            Query =
            [
                new("cursor", ApiSchema.Text("Where the page begins, as the one before said.", "MTkyLjAuMi4x")),
                new("per_page", ApiSchema.Whole("Items on a page, to 500.", 25)),
                new("search", ApiSchema.Text("What addresses begin with, what is in host names, or a whole number.", "192.0.2.")),
            ],
            Result = ApiSchema.List(Item),
        };

    public static ApiOperation AppendItems { get; } =
        new("POST", Items, "lists-append-items", "Add items; of those that are there, the comment is changed")
        {
            Permission = PermissionGroups.RuleListsWrite,
            Query = [Confirmation],
            Body = NewItems,
            Result = Operation,
        };

    public static ApiOperation ReplaceItems { get; } =
        new("PUT", Items, "lists-replace-items", "Put items in the place of all that there are")
        {
            Permission = PermissionGroups.RuleListsWrite,
            Query = [Confirmation],
            Body = NewItems,
            Result = Operation,
        };

    public static ApiOperation DeleteItems { get; } =
        new("DELETE", Items, "lists-delete-items", "Delete the items that are named, all or none")
        {
            Permission = PermissionGroups.RuleListsWrite,
            Query = [DeleteCount.Parameter],
            Body = ApiSchema.Object(
                ("items", ApiSchema.List(ApiSchema.Object(("id", ApiSchema.Text("The item's id.", "34b12448945f11eaa1b71c4d701ab86e")))))
            ),
            Result = Operation,
        };

    public static ApiOperation GetItem { get; } =
        new("GET", Items + "/{" + ItemParameter + "}", "lists-get-item", "Show an item")
        {
            Permission = PermissionGroups.RuleListsRead,
            Result = Item,
        };

    public static ApiOperation GetOperation { get; } =
        new("GET", Lists + "/bulk_operations/{" + OperationParameter + "}", "lists-get-operation", "Show how an operation on items stands")
        {
            Permission = PermissionGroups.RuleListsRead,
            Description = "An operation is done when it is answered; the ids of the newest 1,000 are known.",
            Result = ApiSchema.Object(
                ("id", ApiSchema.Text("The operation's id.", "4da8780eeb215e6cb7f48dd981c4ea02")),
                ("status", ApiSchema.OneOf("How it stands.", "completed")),
                ("completed", ApiSchema.Time("When it was done."))
            ),
        };
}
