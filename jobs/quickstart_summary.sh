# Sourced by quickstart.sh at its end. Prints the results and what to do next.
# shellcheck shell=bash disable=SC2154  # quickstart.sh sets the variables

# metric KEY head|tail: prints the value of KEY in the first or last line of metrics.jsonl that has
# it.
metric() { grep "\"$1\"" "$model/metrics.jsonl" | "$2" -n 1 | sed "s/.*\"$1\":\([^,}]*\).*/\1/"; }
counted() { sed -n "s/^ *\"$1\": \([0-9]*\),*$/\1/p" "$dataset/manifest.json" | head -n 1; }
setting() { sed -n "s/^$1 = //p" "$model/config.ini"; }
# evaluated SPLIT COLUMN: prints a value from the CSV line of amt eval.
evaluated() {
  awk -F, -v column="$2" 'NR == 1 { for (i = 1; i <= NF; ++i) at[$i] = i - NF }
                          NR == 2 { print $(NF + at[column]) }' "$run_dir/eval-$1.csv"
}
rounded() { LC_ALL=C printf "%.$2f" "$1"; }
# grouped NUMBER: prints 1234567 as 1,234,567.
grouped() { sed -e :a -e 's/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/;ta' <<< "$1"; }
line() { printf '%-34s %s\n' "$1" "$2"; }

# evaluation SPLIT: prints the loss on all rows of the split, and the token-frequency baseline.
evaluation() {
  if [ "$(rows "$1")" = 0 ]; then
    line "  $1 split, by amt eval" "-      the corpus has no music for it ($more)"
    return
  fi
  line "  $1 split, by amt eval" "$(rounded "$(evaluated "$1" loss)" 2)   on all $(grouped "$(rows "$1")") rows"
  line "  token-frequency baseline" "$(rounded "$(evaluated "$1" unigram_loss)" 2)   on the same rows: a model should be well below it"
}

validated=$(($(setting max_eval_batches) * $(setting train_batch_size)))
if [ $validated = 0 ] || [ $validated -gt "$(rows valid)" ]; then validated=$(rows valid); fi

line "files read" "$(counted files), of which $(counted refused) were rejected (dataset/rejected.tsv)"
line "rows of 1,024 tokens" "train $(grouped "$(rows train)"), valid $(grouped "$(rows valid)"), test $(grouped "$(rows test)")"
echo "loss, nats per token (lower is better)"
line "  training, first step" "$(rounded "$(metric loss head)" 2)  on $(setting train_batch_size) rows"
line "  training, last step" "$(rounded "$(metric loss tail)" 2)   on $(setting train_batch_size) rows"
if [ "$validated" -gt 0 ]; then
  line "  validation, during training" "$(rounded "$(metric valid_loss tail)" 2)   estimated on $validated of the $(grouped "$(rows valid)") rows"
fi
evaluation valid
evaluation test
line "tokens/s, last step" "$(grouped "$(rounded "$(metric tokens_per_second tail)" 0)")"
line "dataset" "$dataset  (report.html shows its music)"
line "model" "$model  (report.html shows its curves)"
if [ -n "${music:-}" ]; then line "music" "$music  (NAME.mid: MIDI file, NAME.svg: piano roll)"; fi

cat << END

What next, in a shell that has read $(printf '%q' "$PWD/jobs/environment.sh") (for mpirun as root, or on few cores)
  listen to a row of the dataset, with any player of MIDI files:
    $(printf '%q ' "$amt" inspect "$dataset" --row 0 --midi "$run_dir/row.mid")
  let the model play something else:
    $(printf '%q ' "$amt" generate "$model" "$run_dir/another.mid" --seed 1)
  watch the curves:
    $(printf '%q ' tensorboard --logdir "$model/tensorboard")
  train on from this model's weights:
    $(printf '%q ' mpirun -n "$ranks" "$amt" train --config "$PWD/configs/nano.ini" --init "$model" --data.dataset "$dataset" --trainer.run_dir "$model-2")
  train a larger model (128 M parameters, for a machine with a GPU; --dry-run says what it takes):
    $(printf '%q ' mpirun -n "$ranks" "$amt" train --config "$PWD/configs/lakh-small.ini" --data.dataset "$dataset" --trainer.run_dir "$run_dir/small")
END
