#!/bin/sh
# Makes emulator/sample.mp4, the film the Kling emulator serves as every task's result.
# The file is committed, so this script only runs again to change the film:
#
#     sh scripts/make-sample-video.sh
#
# Five seconds, 640x360, 24 pictures per second, H.264 (yuv420p), no sound: the sun rises behind
# hills that pass by. The same ffmpeg makes the same bytes each time, in about a minute.
set -eu

target="$(dirname "$0")/../emulator/sample.mp4"
font=${FONT:-/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf}

if ! command -v ffmpeg >/dev/null; then
	echo 'ffmpeg is missing. On Debian or Ubuntu: apt-get install ffmpeg fonts-dejavu-core' >&2
	exit 1
fi
if [ ! -r "$font" ]; then
	echo "The font $font is missing. Install fonts-dejavu-core, or name another in FONT." >&2
	exit 1
fi

# The picture is one formula per colour. X and Y are the pixel, T is the time in seconds.
# Each hill line is a sum of sines; nearer hills move faster.
far='(205+22*sin((X+12*T)/83)+9*sin((X+12*T)/31))'
middle='(250+20*sin((X+34*T)/67)+8*sin((X+34*T)/23))'
near='(300+18*sin((X+80*T)/91)+6*sin((X+80*T)/29))'
sun='hypot(X-430,Y-(190-22*T))' # distance from the middle of the sun

# channel <near> <middle> <far> <sky at the top> <sky at the horizon> <sun> <glow>
channel() {
	sky="($4+($5-$4)*Y/230+$7*exp(-$sun/95))"
	behind="if(lt($sun,38),$6,$sky)"
	printf "clip(if(gt(Y,%s),%s,if(gt(Y,%s),%s,if(gt(Y,%s),%s,%s))),0,255)" \
		"$near" "$1" "$middle" "$2" "$far" "$3" "$behind"
}
red=$(channel 24 58 112 40 236 255 70)
green=$(channel 26 46 84 48 150 236 50)
blue=$(channel 54 92 132 104 134 190 10)

# Commas end a filter in ffmpeg's language; in single quotes they belong to the formula.
picture="geq=r='$red':g='$green':b='$blue'"
title="drawtext=fontfile=$font:text='Kling emulator':fontsize=26:fontcolor=white@0.92"
title="$title:x=28:y=h-52:alpha='min(1,t/0.8)'"

# +bitexact leaves out the encoder's version and the creation time. One thread, because x264's
# rate control depends on how many threads share the work. faststart puts the index first.
temporary="$target.part"
trap 'rm -f "$temporary"' EXIT
ffmpeg -hide_banner -loglevel error -nostdin -y \
	-f lavfi -i 'color=black:size=640x360:rate=24:duration=5,format=gbrp' \
	-vf "$picture,$title,format=yuv420p" -an \
	-c:v libx264 -profile:v main -preset veryslow -crf 27 -threads 1 \
	-movflags +faststart \
	-fflags +bitexact -flags:v +bitexact -map_metadata -1 -f mp4 "$temporary"
mv "$temporary" "$target"
echo "$(wc -c <"$target") bytes in $target"
