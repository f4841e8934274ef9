//! For bash 4.4 and later.

use super::{Tool, Value};

pub(super) fn script(tool: &Tool) -> String {
    let function = format!("_{}", tool.name.replace('-', "_"));
    let mut cases = String::new();
    for option in &tool.options {
        if let Some(candidates) = candidates(&option.value, &function) {
            cases.push_str(&format!("    {}) {candidates}; return ;;\n", option.spellings().join(" | ")));
        }
    }
    let options: Vec<String> = tool.options.iter().flat_map(|option| option.spellings()).collect();
    let positional = |at: usize| {
        let value = tool.positionals.get(at).or(tool.positionals.last());
        value.and_then(|(_, value)| candidates(value, &function)).unwrap_or_else(|| ":".to_owned())
    };
    SCRIPT
        .replace("FUNCTION", &function)
        .replace("TOOL", &tool.name)
        .replace("OPTIONS", &options.join(" "))
        .replace("    CASES\n", &cases)
        .replace("FIRST", &positional(0))
        .replace("SECOND", &positional(1))
}

/// The command that fills in what can stand there.
fn candidates(value: &Value, function: &str) -> Option<String> {
    Some(match value {
        Value::None => return None,
        Value::Any => ":".to_owned(),
        Value::Words(words) => format!("COMPREPLY=($(compgen -W '{}' -- \"$cur\"))", words.join(" ")),
        Value::Torrents => format!("{function}_files \"$cur\" -X '!*.torrent'"),
        Value::Files => format!("{function}_files \"$cur\""),
        Value::Folders => format!("{function}_files \"$cur\" -X '*'"),
    })
}

/// A name a line, because names may have blanks in them.
const SCRIPT: &str = r#"# Completions of TOOL for bash.

# The folders that start with $1, and the files that the other arguments leave.
FUNCTION_files() {
  mapfile -t COMPREPLY < <({ compgen -f "${@:2}" -- "$1"; compgen -d -- "$1"; } | sort -u)
  compopt -o filenames 2>/dev/null
}

FUNCTION() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  # Of `--color=always`, bash makes three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  case $prev in
    CASES
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W 'OPTIONS' -- "$cur"))
  elif [[ " ${COMP_WORDS[*]:1:COMP_CWORD-1} " == *'.torrent '* ]]; then
    SECOND
  else
    FIRST
  fi
}

complete -F FUNCTION TOOL
"#;
