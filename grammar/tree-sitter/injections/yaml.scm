; Conditions and outputs of rules and macros in YAML files, for the grammar tree-sitter-yaml. Put it beside the injections of YAML:
; after/queries/yaml/injections.scm of Neovim (with "; extends" as its first line), or runtime/queries/yaml/injections.scm of Helix.

(block_mapping
  (block_mapping_pair key: (flow_node) @_item)
  (block_mapping_pair
    key: (flow_node) @_key
    value: (flow_node (plain_scalar (string_scalar) @injection.content)))
  (#any-of? @_item "rule" "macro")
  (#eq? @_key "condition")
  (#set! injection.language "falco_condition"))

(block_mapping
  (block_mapping_pair key: (flow_node) @_item)
  (block_mapping_pair
    key: (flow_node) @_key
    value: (flow_node [(double_quote_scalar) (single_quote_scalar)] @injection.content))
  (#any-of? @_item "rule" "macro")
  (#eq? @_key "condition")
  (#offset! @injection.content 0 1 0 -1)
  (#set! injection.language "falco_condition"))

; The sign of a folded or literal scalar belongs to its node.
(block_mapping
  (block_mapping_pair key: (flow_node) @_item)
  (block_mapping_pair
    key: (flow_node) @_key
    value: (block_node (block_scalar) @injection.content))
  (#any-of? @_item "rule" "macro")
  (#eq? @_key "condition")
  (#offset! @injection.content 0 1 0 0)
  (#set! injection.language "falco_condition"))

(block_mapping
  (block_mapping_pair key: (flow_node) @_item)
  (block_mapping_pair
    key: (flow_node) @_key
    value: (flow_node (plain_scalar (string_scalar) @injection.content)))
  (#eq? @_item "rule")
  (#eq? @_key "output")
  (#set! injection.language "falco_output"))

(block_mapping
  (block_mapping_pair key: (flow_node) @_item)
  (block_mapping_pair
    key: (flow_node) @_key
    value: (flow_node [(double_quote_scalar) (single_quote_scalar)] @injection.content))
  (#eq? @_item "rule")
  (#eq? @_key "output")
  (#offset! @injection.content 0 1 0 -1)
  (#set! injection.language "falco_output"))

(block_mapping
  (block_mapping_pair key: (flow_node) @_item)
  (block_mapping_pair
    key: (flow_node) @_key
    value: (block_node (block_scalar) @injection.content))
  (#eq? @_item "rule")
  (#eq? @_key "output")
  (#offset! @injection.content 0 1 0 0)
  (#set! injection.language "falco_output"))
