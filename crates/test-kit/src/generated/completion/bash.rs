//! For bash 4.4 and later.

use super::{Opt, Tool, Value};

pub(super) fn script(tool: &Tool) -> String {
    let function = format!("_{}", tool.name.replace('-', "_"));
    let with_value = |option: &&Opt| !matches!(option.value, Value::None);
    let one = tool.options.iter().filter(with_value).filter(|option| option.most_values < 2);
    let several = tool.options.iter().filter(with_value).filter(|option| option.most_values > 1);
    let options: Vec<String> = tool.options.iter().flat_map(|option| option.spellings()).collect();
    let positional = |at: usize| {
        let value = tool.positionals.get(at).or(tool.positionals.last());
        value.and_then(|(_, value)| candidates(value, &function)).unwrap_or_else(|| ":".to_owned())
    };
    SCRIPT
        .replace("OTHERWISE", &otherwise(tool, &function))
        .replace("FUNCTION", &function)
        .replace("TOOL", &tool.name)
        .replace("OPTIONS", &options.join(" "))
        .replace("    CASES\n", &one.map(|option| case(option, "", &function)).collect::<String>())
        .replace(
            "    SEVERAL\n",
            &several.map(|option| case(option, &within(option), &function)).collect::<String>(),
        )
        .replace("FIRST", &positional(0))
        .replace("SECOND", &positional(1))
}

fn case(option: &Opt, condition: &str, function: &str) -> String {
    let candidates = candidates(&option.value, function).unwrap_or_else(|| ":".to_owned());
    let spellings = option.spellings().join(" | ");
    match condition {
        "" => format!("    {spellings}) {candidates}; return ;;\n"),
        within => format!("    {spellings}) if {within}; then {candidates}; return; fi ;;\n"),
    }
}

/// Whether the word is still a value of the option.
fn within(option: &Opt) -> String {
    match option.most_values {
        usize::MAX => "true".to_owned(),
        most => format!("((COMP_CWORD - at <= {most}))"),
    }
}

/// What the positionals are with a certain flag.
fn otherwise(tool: &Tool, function: &str) -> String {
    let Some((spellings, value)) = &tool.otherwise else { return "if".to_owned() };
    let candidates = candidates(value, function).unwrap_or_else(|| ":".to_owned());
    let is_typed: Vec<String> = spellings.iter().map(|flag| format!("$typed == *' {flag} '*")).collect();
    format!("if [[ {} ]]; then\n    {candidates}\n  elif", is_typed.join(" || "))
}

/// The command that fills in what can stand there.
fn candidates(value: &Value, function: &str) -> Option<String> {
    Some(match value {
        Value::None => return None,
        Value::Any => ":".to_owned(),
        Value::Words(words) => format!("COMPREPLY=($(compgen -W '{}' -- \"$cur\"))", words.join(" ")),
        Value::List(words) => format!("{function}_list \"$cur\" {}", words.join(" ")),
        Value::Endings(endings) => {
            let patterns: String = endings.iter().map(|ending| format!(" '*.{ending}'")).collect();
            format!("{function}_files \"$cur\"{patterns}")
        }
        Value::Files => format!("{function}_files \"$cur\" '*'"),
        Value::Folders => format!("{function}_files \"$cur\""),
    })
}

/// A name a line, because names may have blanks in them.
const SCRIPT: &str = r#"# Completions of TOOL for bash.

# The folders that start with $1, and the files that match one of the patterns behind it.
FUNCTION_files() {
  local pattern
  mapfile -t COMPREPLY < <({
    for pattern in "${@:2}"; do compgen -f -X "!$pattern" -- "$1"; done
    compgen -d -- "$1"
  } | sort -u)
  compopt -o filenames 2>/dev/null
}

# The words behind $1 that are not in its list yet.
FUNCTION_list() {
  local word start=
  [[ $1 == *,* ]] && start=${1%,*},
  COMPREPLY=()
  for word in "${@:2}"; do
    [[ ,$start == *",$word,"* || $word != "${1##*,}"* ]] || COMPREPLY+=("$start$word")
  done
}

FUNCTION() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at
  local typed=" ${COMP_WORDS[*]:1:COMP_CWORD-1} "
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
    return
  fi
  # The last option may take more values.
  for ((at = COMP_CWORD - 1; at > 0; at--)); do
    [[ ${COMP_WORDS[at]} == -* ]] && break
  done
  case ${COMP_WORDS[at]} in
    SEVERAL
  esac
  OTHERWISE [[ $typed == *'.torrent '* ]]; then
    SECOND
  else
    FIRST
  fi
}

complete -F FUNCTION TOOL
"#;
