#!/usr/bin/env bash
# Tests what users type or write into configurations: misspelled option names, impossible values,
# all kinds of INI files. Mistakes must end with exit code 2 and one line.
# Usage: command_line_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=$(realpath "${AMT_GOLDEN_DIR:-$2}")
. "$(dirname "$0")/support.sh"

"$amt" prepare "$golden/tree" "$work/ds#2" 2>/dev/null >/dev/null
tiny_configuration 1 1 4
train=("$amt" train --config "$work/tiny.ini" --data.dataset "$work/ds#2" --trainer.run_dir "$work/run#2")

echo "misspelled option names, and those of other programs"
while read -r typed meant; do
  expect_line 2 "'${typed#--}' ... '$meant'" "${train[@]}" "$typed" 1
done <<'END'
--lr trainer.learning_rate
--trainer.lr trainer.learning_rate
--learning_rate trainer.learning_rate
--learning-rate trainer.learning_rate
--trainer.learning_rat trainer.learning_rate
--batch trainer.train_batch_size
--batch_size trainer.train_batch_size
--steps trainer.num_train_steps
--resume trainer.load_last_checkpoint
--output_dir trainer.run_dir
--seed trainer.seed
--layers model.num_layers
--confg config
--devise trainer.device
END
expect_line 2 "'frobnicate' ... --help" "${train[@]}" --frobnicate
expect_line 2 "'batch_size' ... 'batch'" "$amt" eval a b --batch_size 2
expect_line 2 "'prefix_digits' ... 'prefix-digits'" "$amt" prepare a b --prefix_digits 2

echo "impossible values"
inspect=("$amt" inspect "$work/ds#2")
expect_line 2 "--row: '-1' ... 0 or more" "${inspect[@]}" --row -1
expect_line 2 "--row: '-1' ... negative" "${inspect[@]}" --row=-1
expect_line 2 "--row: '1.5' ... whole number" "${inspect[@]}" --row 1.5
expect_line 2 "--row ... value" "${inspect[@]}" --row
expect_line 2 "--row" "${inspect[@]}" --row ""
expect_line 2 "--midi ... empty" "${inspect[@]}" --row 1 --midi ""
expect_line 2 "DATASET ... empty" "$amt" inspect ""
expect_line 2 "--verify ... value" "${inspect[@]}" --verify=yes
expect_line 2 "--row: '18446744073709551616' ... 0 to 18446744073709551615" "${inspect[@]}" --row 18446744073709551616
expect_line 2 "--memory 4 ... unit" "$amt" prepare "$golden/tree" "$work/no" --memory 4
expect_line 2 "--memory: '-4GB' ... negative" "$amt" prepare "$golden/tree" "$work/no" --memory -4GB
expect_line 2 "--seed: '-1' ... negative" "$amt" prepare "$golden/tree" "$work/no" --seed -1
for value in nan inf -inf 1e999; do
  expect_line 2 "--trainer.learning_rate: '$value' " "${train[@]}" --trainer.learning_rate $value
done
expect_line 2 "--trainer.num_train_steps ... 1, ... -5" "${train[@]}" --trainer.num_train_steps -5
expect_line 2 "--trainer.run_dir" "${train[@]}" --trainer.run_dir ""
expect 0 "" sh -c 'cd "$1" && mkdir -p ./-x && "$2" prepare "$3" -- -x/ds' sh "$work" "$amt" "$golden/tree"
[ -e "$work/-x/ds/manifest.json" ] || fail "an argument after -- was not accepted"

echo "an option given twice"
expect 0 "seed = 7" "${train[@]}" --dry-run --trainer.seed 3 --trainer.seed 7
expect 0 "device = cpu" "${train[@]}" --dry-run --device cuda --trainer.device cpu
expect 0 "last ... counts" "$amt" train --help
expect_line 2 "--config ... twice ... $work/tiny.ini ... b.ini" "${train[@]}" --config b.ini

echo "a run resumes from the configuration that amt wrote, in folders with awkward names"
mkdir "$work/a ; b"
for run in "run#2" "a #1" "a ; b/c" ' blank ' '"quoted"' "it's" $'two\nlines' 'back\slash'; do
  "${train[@]}" --trainer.run_dir "$work/$run" 2>"$work/err" || fail "training in '$run' failed"
  cp "$work/$run/config.ini" "$work/first.ini"
  expect 0 "" "$amt" train --config "$work/$run/config.ini"
  cmp "$work/first.ini" "$work/$run/config.ini" ||
    fail "config.ini in '$run' was written differently"
done

echo "all kinds of INI files"
# ini FORMAT: writes $work/a.ini.
ini() { printf "$1" >"$work/a.ini"; }
with_ini=("$amt" train --config "$work/a.ini" --data.dataset "$work/ds#2" --trainer.run_dir "$work/x" --dry-run
  --model.hidden_dim 16 --model.num_heads 2 --model.num_layers 1)
ini '\xef\xbb\xbf; comment\r\n[trainer]\r\nseed = 5 ; five\r\ntrain_batch_size = 1 # one\r\n'
expect 0 "seed = 5" "${with_ini[@]}"
ini '[trainer]\nseed = 5\n\ntrain_batch_size 1\n'
expect_line 2 "$work/a.ini:4: 'train_batch_size 1' " "${with_ini[@]}"
ini '[trainer]\nseed = 5\nseed = 6\n'
expect_line 2 "$work/a.ini:3: 'trainer.seed' ... line 2" "${with_ini[@]}"
ini 'device = cpu\n[trainer]\ndevice = cuda\n'
expect_line 2 "$work/a.ini:3: 'trainer.device' ... line 1" "${with_ini[@]}"
ini '[trainer]\nlr = 5\n'
expect_line 2 "$work/a.ini:2: ... 'trainer.lr' ... 'trainer.learning_rate'" "${with_ini[@]}"
ini '\n[trainer]\nseed = -5\n'
expect_line 2 "$work/a.ini:3: --trainer.seed: '-5' " "${with_ini[@]}"
ini '\xff\xfe[\0t\0'
expect_line 2 "UTF-16" "${with_ini[@]}"

echo "files that are not configurations"
for file in /dev/zero "$work" "$work/nowhere" ""; do
  expect_line 2 "--config" timeout -k 5 20 "$amt" train --config "$file" --data.dataset d --trainer.run_dir "$work/x"
done
[ ! -e "$work/x" ] || fail "a refused run left a folder"
echo "all passed"
